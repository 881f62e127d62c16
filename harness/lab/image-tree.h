/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an image is going to hold: named, sorted, each with where its content comes from. Nothing
 * here reads a file's content. */
#ifndef SY_LAB_IMAGE_TREE_H
#define SY_LAB_IMAGE_TREE_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
    SY_NODE_DIRECTORY,
    SY_NODE_FILE,   /* content from a file of this machine */
    SY_NODE_TEXT,   /* content given here */
    SY_NODE_LINK,   /* symbolic */
    SY_NODE_DEVICE, /* character device */
} SyImageNodeKind;

/* What happens to a file's content on its way into the image. */
typedef enum {
    SY_CONTENT_AS_IT_IS,
    SY_CONTENT_PROGRAM, /* an ELF program: symbols and debug information go */
    SY_CONTENT_LIBRARY, /* an ELF library: the same, but for what is needed to link with it */
    SY_CONTENT_UNPACK,  /* a compressed file: its content, unpacked */
} SyImageTreatment;

typedef struct {
    char *path; /* in the image: sy_image_path_ok() */
    SyImageNodeKind kind;
    SyImageTreatment treatment; /* of a file */
    char *data;   /* file: its source; text: the text; link: what it points at; else ""
                     (NULL will do when adding) */
    guint32 mode; /* permission bits; 0: by kind, and for a file by whether its source can be
                     executed */
    guint32 major, minor; /* of a device */
} SyImageNode;

typedef struct SyImageTree SyImageTree;

/* A tree with the root's own directory left out, as archives have it. The caller owns it. */
SyImageTree *sy_image_tree_new(void);
void sy_image_tree_free(SyImageTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyImageTree, sy_image_tree_free)

/*
 * Adds a copy of `node`, and the directories above it. The same node twice is fine. SY_ERROR_USAGE:
 * the path is no path for an image, or is taken by something else; SY_ERROR_UNAVAILABLE: a file's
 * source is missing, is no regular file or cannot be read.
 */
bool sy_image_tree_add(SyImageTree *tree, const SyImageNode *node, GError **error);

/* Is something at `path`? */
bool sy_image_tree_has(const SyImageTree *tree, const char *path);

/* All nodes, in the byte order of their paths: a directory comes before what is in it. The nodes
 * stay the tree's; the caller unrefs the array. */
GPtrArray *sy_image_tree_sorted(const SyImageTree *tree);

/*
 * SHA-256 (64 hex digits) of all that decides the image's bytes: the nodes, and of each file's
 * source its path, size, mtime, ctime and inode; `salt` for what else does. Equal trees over
 * unchanged sources have equal signatures in whatever order they were made. SY_ERROR_UNAVAILABLE if
 * a source is gone. The caller frees.
 */
char *sy_image_tree_signature(const SyImageTree *tree, const char *salt, GError **error);

/* A path in an image: absolute, not "/" itself, no empty, "." or ".." part, no slash at the end. */
bool sy_image_path_ok(const char *path);

#endif
