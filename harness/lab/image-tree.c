/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image-tree.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

struct SyImageTree {
    GTree *nodes; /* path (owned by the node) -> SyImageNode* */
};

static gint compare_paths(gconstpointer a, gconstpointer b, gpointer unused)
{
    (void)unused;
    return strcmp(a, b);
}

static void node_free(gpointer data)
{
    SyImageNode *node = data;

    g_free(node->path);
    g_free(node->data);
    g_free(node);
}

SyImageTree *sy_image_tree_new(void)
{
    SyImageTree *tree = g_new0(SyImageTree, 1);

    tree->nodes = g_tree_new_full(compare_paths, NULL, NULL, node_free);
    return tree;
}

void sy_image_tree_free(SyImageTree *tree)
{
    if (tree) {
        g_tree_unref(tree->nodes);
        g_free(tree);
    }
}

bool sy_image_path_ok(const char *path)
{
    const char *part = path;

    if (*path != '/') {
        return false;
    }
    while (*part == '/') {
        gsize length = strcspn(++part, "/");

        if (length == 0 || (length == 1 && part[0] == '.') ||
            (length == 2 && part[0] == '.' && part[1] == '.')) {
            return false;
        }
        part += length;
    }
    return true;
}

static bool check_source(const SyImageNode *node, struct stat *st, GError **error)
{
    if (stat(node->data, st) < 0 || access(node->data, R_OK) < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "cannot read %s, which the image needs as %s: %s", node->data, node->path,
                    g_strerror(errno));
        return false;
    }
    if (!S_ISREG(st->st_mode)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "%s, which the image needs as %s, is not a regular file", node->data,
                    node->path);
        return false;
    }
    return true;
}

static bool same(const SyImageNode *a, const SyImageNode *b)
{
    return a->kind == b->kind && a->treatment == b->treatment && a->mode == b->mode &&
           a->major == b->major && a->minor == b->minor && g_strcmp0(a->data, b->data) == 0;
}

static const char *describe(const SyImageNode *node)
{
    switch (node->kind) {
    case SY_NODE_DIRECTORY:
        return "a directory";
    case SY_NODE_TEXT:
        return "a text file";
    case SY_NODE_DEVICE:
        return "a device";
    default:
        return node->data;
    }
}

/* The first node at a path decides what it is; the directories above it get the usual mode. */
static bool insert(SyImageTree *tree, const SyImageNode *node, GError **error)
{
    const SyImageNode *there = g_tree_lookup(tree->nodes, node->path);
    SyImageNode *copy;

    if (there && !same(there, node) &&
        (there->kind != SY_NODE_DIRECTORY || node->kind != SY_NODE_DIRECTORY)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s in the image would be both %s and %s; leave one out", node->path,
                    describe(there), describe(node));
        return false;
    }
    if (!there) {
        copy = g_memdup2(node, sizeof(*node));
        copy->path = g_strdup(node->path);
        copy->data = g_strdup(node->data);
        g_tree_insert(tree->nodes, copy->path, copy);
    }
    return true;
}

static guint32 default_mode(const SyImageNode *node, const struct stat *source)
{
    switch (node->kind) {
    case SY_NODE_DIRECTORY:
        /* For everyone, as on any host: programs that drop their privileges write there. */
        return g_str_has_suffix(node->path, "/tmp") ? 01777 : 0755;
    case SY_NODE_FILE:
        return source->st_mode & 0111 ? 0755 : 0644;
    case SY_NODE_LINK:
        return 0777;
    default:
        return 0644;
    }
}

bool sy_image_tree_add(SyImageTree *tree, const SyImageNode *node, GError **error)
{
    SyImageNode whole = *node;
    struct stat source = {0};

    if (!sy_image_path_ok(node->path)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "'%s' is not a path in an image; write it from the root, without '.', '..' and "
                    "double slashes",
                    node->path);
        return false;
    }
    if (node->kind == SY_NODE_FILE && !check_source(node, &source, error)) {
        return false;
    }
    if (whole.mode == 0) {
        whole.mode = default_mode(node, &source);
    }
    if (!whole.data) {
        whole.data = (char *)"";
    }
    for (const char *end = strchr(node->path + 1, '/'); end; end = strchr(end + 1, '/')) {
        g_autofree char *parent = g_strndup(node->path, (gsize)(end - node->path));
        SyImageNode directory = {.path = parent, .kind = SY_NODE_DIRECTORY, .data = (char *)""};

        directory.mode = default_mode(&directory, NULL);
        if (!insert(tree, &directory, error)) {
            return false;
        }
    }
    return insert(tree, &whole, error);
}

bool sy_image_tree_has(const SyImageTree *tree, const char *path)
{
    return g_tree_lookup(tree->nodes, path) != NULL;
}

GPtrArray *sy_image_tree_sorted(const SyImageTree *tree)
{
    GPtrArray *nodes = g_ptr_array_sized_new((guint)g_tree_nnodes(tree->nodes));

    for (GTreeNode *n = g_tree_node_first(tree->nodes); n; n = g_tree_node_next(n)) {
        g_ptr_array_add(nodes, g_tree_node_value(n));
    }
    return nodes;
}

/* Adds a text with its NUL, so that two different lists never give the same bytes. */
static void hash_text(GChecksum *sum, const char *text)
{
    g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text) + 1);
}

static char *source_identity(const struct stat *st)
{
    return g_strdup_printf("%lld %lld.%09ld %lld.%09ld %llu", (long long)st->st_size,
                           (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
                           (long long)st->st_ctim.tv_sec, st->st_ctim.tv_nsec,
                           (unsigned long long)st->st_ino);
}

char *sy_image_tree_signature(const SyImageTree *tree, const char *salt, GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GPtrArray) nodes = sy_image_tree_sorted(tree);

    hash_text(sum, salt);
    for (guint i = 0; i < nodes->len; i++) {
        const SyImageNode *node = g_ptr_array_index(nodes, i);
        g_autofree char *head =
            g_strdup_printf("%d %d %o %u %u", (int)node->kind, (int)node->treatment, node->mode,
                            node->major, node->minor);

        hash_text(sum, node->path);
        hash_text(sum, head);
        hash_text(sum, node->data);
        if (node->kind == SY_NODE_FILE) {
            g_autofree char *identity = NULL;
            struct stat st;

            if (!check_source(node, &st, error)) {
                return NULL;
            }
            identity = source_identity(&st);
            hash_text(sum, identity);
        }
    }
    return g_strdup(g_checksum_get_string(sum));
}
