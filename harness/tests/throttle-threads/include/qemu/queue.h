/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: the operations on a doubly linked list with a tail that the throttle needs. */
#ifndef STAND_IN_QEMU_QUEUE_H
#define STAND_IN_QEMU_QUEUE_H

/* slot: the pointer to this element, either the head's first or the previous element's next. */
#define QTAILQ_ENTRY(type)                                                                         \
    struct {                                                                                       \
        struct type *next;                                                                         \
        struct type **slot;                                                                        \
    }

#define QTAILQ_HEAD(name, type)                                                                    \
    struct name {                                                                                  \
        struct type *first;                                                                        \
        struct type **end;                                                                         \
    }

#define QTAILQ_HEAD_INITIALIZER(head)                                                              \
    {                                                                                              \
        NULL, &(head).first                                                                        \
    }

#define QTAILQ_INIT(head)                                                                          \
    do {                                                                                           \
        (head)->first = NULL;                                                                      \
        (head)->end = &(head)->first;                                                              \
    } while (0)

#define QTAILQ_INSERT_TAIL(head, element, field)                                                   \
    do {                                                                                           \
        (element)->field.next = NULL;                                                              \
        (element)->field.slot = (head)->end;                                                       \
        *(head)->end = (element);                                                                  \
        (head)->end = &(element)->field.next;                                                      \
    } while (0)

#define QTAILQ_REMOVE(head, element, field)                                                        \
    do {                                                                                           \
        if ((element)->field.next) {                                                               \
            (element)->field.next->field.slot = (element)->field.slot;                             \
        } else {                                                                                   \
            (head)->end = (element)->field.slot;                                                   \
        }                                                                                          \
        *(element)->field.slot = (element)->field.next;                                            \
    } while (0)

#define QTAILQ_FOREACH(element, head, field)                                                       \
    for ((element) = (head)->first; (element); (element) = (element)->field.next)

#define QTAILQ_EMPTY(head) (!(head)->first)

#endif
