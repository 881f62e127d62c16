/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that an image will hold, sorted by path, and where their content comes from. Reads no
 * file's content. */
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
    SY_CONTENT_PROGRAM, /* an ELF program: without debug information */
    SY_CONTENT_LIBRARY, /* an ELF library: without debug information and unneeded symbols */
    SY_CONTENT_UNPACK,  /* a compressed file: unpacked */
} SyImageTreatment;

typedef struct {
    char *path; /* in the image: sy_image_path_ok() */
    SyImageNodeKind kind;
    SyImageTreatment treatment; /* of a file */

    /* Source of a file, content of a text, target of a link; else "" (or NULL when adding). */
    char *data;

    /* Permission bits; 0: the default of the kind, and for a file whether its source is
     * executable. */
    guint32 mode;

    guint32 major, minor; /* of a device */
} SyImageNode;

typedef struct SyImageTree SyImageTree;

/* An empty tree; it never has a node for "/" itself, as archives have none. The caller owns it. */
SyImageTree *sy_image_tree_new(void);
void sy_image_tree_free(SyImageTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyImageTree, sy_image_tree_free)

/*
 * Adds a copy of `node`, and the directories above it. Adding the same node twice is fine.
 * SY_ERROR_USAGE: the path is invalid, or belongs to another node; SY_ERROR_UNAVAILABLE: a file's
 * source is missing, not a regular file, or unreadable.
 */
bool sy_image_tree_add(SyImageTree *tree, const SyImageNode *node, GError **error);

/* True if the tree has a node at `path`. */
bool sy_image_tree_has(const SyImageTree *tree, const char *path);

/* All nodes in the byte order of their paths, so a directory comes before its content. The nodes
 * stay the tree's; the caller frees the array (g_ptr_array_unref). */
GPtrArray *sy_image_tree_sorted(const SyImageTree *tree);

/*
 * SHA-256 (64 hex digits) of everything that decides the image's bytes: the nodes; path, size,
 * mtime, ctime and inode of each file's source; and `salt` for the rest. Equal trees of unchanged
 * sources have equal signatures, in whatever order they were made. SY_ERROR_UNAVAILABLE if a source
 * is gone. The caller frees.
 */
char *sy_image_tree_signature(const SyImageTree *tree, const char *salt, GError **error);

/* A path in an image: absolute, not "/" itself, no empty, "." or ".." part, no slash at the end. */
bool sy_image_path_ok(const char *path);

#endif
