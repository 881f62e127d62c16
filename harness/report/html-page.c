/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-page.h"

#include <string.h>

#include "report/markup.h"

/* Colours have a contrast of at least 4.5:1 on their ground in both schemes (WCAG 2.1, AA). */
static const char style[] =
    ":root{color-scheme:light dark;--bg:#fcfbf9;--ink:#1d1f23;--dim:#62666d;--line:#e2dfd8;"
    "--soft:#f3f1ec;--pass:#1b7345;--fail:#b4261c;--inconclusive:#8a5800;--skip:#5a6270;"
    "--band:#dcebe1}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#15171a;--ink:#e3e5e8;--dim:#9aa0a8;"
    "--line:#2c3036;--soft:#1d2024;--pass:#5dbb87;--fail:#f2857b;--inconclusive:#dcab55;"
    "--skip:#9aa4b2;--band:#1f3a2c}}\n"
    "*,::before,::after{box-sizing:border-box}\n"
    "html{-webkit-text-size-adjust:100%}\n"
    "body{margin:0;background:var(--bg);color:var(--ink);"
    "font:15px/1.5 system-ui,-apple-system,'Segoe UI','Noto Sans','DejaVu Sans',sans-serif;"
    "font-variant-numeric:tabular-nums lining-nums}\n"
    "main{max-width:66rem;margin:0 auto;padding:2.5rem 1.5rem 4rem}\n"
    "code,.id,pre{font:.86em/1.5 ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',"
    "monospace;overflow-wrap:anywhere}\n"
    "a{color:inherit;text-decoration-color:var(--dim);text-underline-offset:.2em}\n"
    "a:hover{text-decoration-color:currentColor}\n"
    ":focus-visible{outline:2px solid var(--dim);outline-offset:2px}\n"
    "h1{font-size:2rem;line-height:1.2;font-weight:600;letter-spacing:-.015em;margin:0}\n"
    "h2{font-size:1.05rem;font-weight:600;margin:2.75rem 0 .75rem}\n"
    "h3{font-size:1rem;font-weight:600;margin:1.75rem 0 .15rem}\n"
    "p{margin:.3rem 0}\n"
    ".dim{color:var(--dim)}\n"
    ".pass{--c:var(--pass)}.fail,.error{--c:var(--fail)}"
    ".inconclusive{--c:var(--inconclusive)}.skip{--c:var(--skip)}\n"
    /* Verdict. */
    ".brand{display:flex;flex-wrap:wrap;gap:0 .9rem;align-items:baseline;color:var(--dim);"
    "font-size:.87rem;padding-bottom:.9rem;margin-bottom:1.6rem;"
    "border-bottom:1px solid var(--line)}\n"
    ".brand b{color:var(--ink);font-weight:600}.brand .id{margin-left:auto}\n"
    ".verdict{display:flex;gap:1.4rem;align-items:center}\n"
    ".verdict h1{color:var(--c)}.verdict h1::first-letter{text-transform:uppercase}\n"
    ".verdict p{font-size:1.08rem;margin:.2rem 0 0}\n"
    ".scales{width:84px;flex:none;color:var(--c)}\n"
    ".scales .beam{transform-origin:30px 18px}.fail .scales .beam{transform:rotate(13deg)}\n"
    ".counts{display:flex;flex-wrap:wrap;gap:.3rem 1.8rem;list-style:none;margin:1.6rem 0 0;"
    "padding:0}\n"
    ".counts b{font-size:1.25rem;font-weight:600;color:var(--c,inherit);margin-right:.35rem}\n"
    /* Status marks: shape as well as colour. */
    ".st{color:var(--c);font-size:.78rem;font-weight:600;letter-spacing:.045em;"
    "white-space:nowrap}\n"
    ".st::before{content:'';display:inline-block;width:.6rem;height:.6rem;margin-right:.5rem;"
    "border-radius:50%;background:var(--c)}\n"
    ".st.fail::before{border-radius:0}.st.error::before{border-radius:0;transform:rotate(45deg)}"
    "\n"
    ".st.inconclusive::before,.st.skip::before{background:none;border:2px solid var(--c)}\n"
    /* What needs a reader. */
    ".open{list-style:none;margin:0;padding:0;border-top:1px solid var(--line)}\n"
    ".open li{display:grid;grid-template-columns:8.8rem 1fr;gap:0 .5rem;padding:.6rem 0;"
    "align-items:baseline;"
    "border-bottom:1px solid var(--line)}\n"
    ".open p{overflow-wrap:anywhere;margin:.1rem 0 0}\n"
    /* Tables. */
    "table{border-collapse:collapse;width:100%;margin:.6rem 0 0}\n"
    "th,td{padding:.42rem .9rem .42rem 0;text-align:left;vertical-align:baseline;"
    "border-bottom:1px solid var(--line)}\n"
    ".dense th,.dense td{padding-right:.4rem}\n"
    "th:last-child,td:last-child{padding-right:0}\n"
    "th{font-size:.8rem;font-weight:500;color:var(--dim);vertical-align:bottom}\n"
    ".n{text-align:right}td.n{white-space:nowrap}.ci{color:var(--dim)}.held{color:var(--c);white-"
    "space:normal}\n"
    "td.n.both{white-space:normal}.both .ci{font-size:.86em}\n"
    "td.text{overflow-wrap:anywhere;color:var(--dim)}td.text span{white-space:nowrap}\n"
    "td.draw,th.draw{width:192px}th.draw{text-align:center}th.st-cell{width:9.2rem}"
    "th.ci{width:11.5rem}th.time{width:4rem}td.name{white-space:nowrap}\n"
    "tbody tr:hover{background:var(--soft)}\n"
    "tbody a{text-decoration:none}tbody a:hover{text-decoration:underline}\n"
    /* Drawings. */
    ".bar{width:180px;max-width:100%;height:18px;display:block;overflow:visible}\n"
    "td .bar{transform:translateY(3px)}\n"
    ".bar .arm{fill:var(--line)}.bar .band{fill:var(--band)}"
    ".bar .core{fill:var(--pass);opacity:.22}.bar .zero{fill:var(--dim);"
    "opacity:.55}\n"
    ".bar .ci{fill:var(--m);opacity:.35}.bar .sample{fill:var(--m);opacity:.6}"
    ".bar .median,.bar .far{fill:var(--m)}\n"
    ".bar{--m:var(--skip)}.bar.pass{--m:var(--pass)}.bar.fail{--m:var(--fail)}\n"
    ".plot{width:100%;height:auto;display:block;margin:.6rem 0;color:var(--ink)}"
    ".plot text{fill:var(--ink);font-family:inherit}.plot .gridline{stroke:var(--line)}\n"
    /* Cases in full. */
    "details{border-bottom:1px solid var(--line)}\n"
    "summary{display:grid;grid-template-columns:8.8rem 1fr auto;gap:0 .5rem;padding:.5rem 0;"
    "cursor:pointer;list-style:none;align-items:baseline}\n"
    "summary::-webkit-details-marker{display:none}summary:hover{background:var(--soft)}\n"
    "summary .more::after{content:'+';color:var(--dim);display:inline-block;width:1.2em;"
    "text-align:right}\n"
    "details[open]>summary .more::after{content:'\\2212'}\n"
    ".inside{padding:0 0 1.3rem 9.3rem;overflow-x:auto}.inside table{margin:.3rem 0 .5rem}\n"
    "details:target>summary{background:var(--soft)}\n"
    /* Facts. */
    "dl{display:grid;grid-template-columns:9.3rem 1fr;gap:.3rem .6rem;margin:0}\n"
    "dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}\n"
    ".found{border:0}.found summary{grid-template-columns:1fr auto;color:var(--dim)}\n"
    ".two{display:grid;grid-template-columns:1fr 1fr;gap:0 3rem}\n"
    "footer{margin-top:3rem;color:var(--dim);font-size:.87rem}\n"
    "@media screen and (max-width:46rem){main{padding:1.4rem 1rem 3rem}h1{font-size:1.6rem}"
    ".two{grid-template-columns:1fr}.brand .id{margin-left:0}.scales{width:56px}"
    ".verdict{gap:1rem;align-items:flex-start}.counts{gap:.2rem 1.2rem}"
    ".open li{grid-template-columns:1fr}.inside{padding-left:0}dl{grid-template-columns:7.6rem 1fr}"
    "summary{grid-template-columns:1fr auto}summary .id{grid-column:1/-1;grid-row:2}"
    "thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}"
    "table,tbody{display:block}tr{display:flex;flex-wrap:wrap;align-items:baseline;"
    "gap:0 1rem;padding:.55rem 0;border-bottom:1px solid var(--line)}"
    "td{display:block;border:0;padding:0;text-align:left}td:empty{display:none}"
    "td[data-l]::before{content:attr(data-l);color:var(--dim);font-size:.8rem;"
    "margin-right:.35rem}"
    "td.st-cell{order:-2;flex:1 1 60%}td.time{order:-1}"
    "td.draw,td.text,td.name,td.metric{width:100%}td.n{white-space:normal}"
    ".scroll{overflow-x:auto}.scroll .plot{width:42rem}"
    ".bar{width:100%;height:auto;max-width:17rem;margin:.15rem 0}td .bar{transform:none}}\n"
    "@media print{:root{color-scheme:light;--bg:#fff;--ink:#000;--dim:#555;--line:#ccc;"
    "--soft:#fff;--pass:#1b7345;--fail:#b4261c;--inconclusive:#8a5800;--skip:#5a6270;"
    "--band:#dcebe1}body{font-size:9pt;print-color-adjust:exact;"
    "-webkit-print-color-adjust:exact}main{max-width:none;padding:0}"
    ".inside{padding-left:0;overflow:visible}tr,.open "
    "li,details{break-inside:avoid}h2,h3{break-after:avoid}"
    /* Paper is narrow and does not scroll. */
    "table{font-size:7.5pt}th{font-size:7pt}th,td{padding-right:.4rem;overflow-wrap:break-word}"
    "th.st-cell,th.ci,th.time{width:auto}td.n,td.name{white-space:normal}.st{font-size:6.5pt}"
    "td.draw,th.draw,.bar{width:90px}"
    "details::details-content{content-visibility:visible;display:block;height:auto}"
    "summary .more::after{content:''}}\n";

void sy_html_page_begin(GString *out, const char *title)
{
    g_string_append(
        out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
             "style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<link rel=\"icon\" href=\"data:,\">\n<title>");
    sy_markup_append(out, title);
    g_string_append_printf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", style);
}

void sy_html_page_end(GString *out)
{
    g_string_append(out, "</main>\n</body>\n</html>\n");
}

const char *sy_html_status_class(SyStatus status)
{
    static const char *const classes[] = {
        [SY_STATUS_PASS] = "pass",   [SY_STATUS_FAIL] = "fail",
        [SY_STATUS_SKIP] = "skip",   [SY_STATUS_INCONCLUSIVE] = "inconclusive",
        [SY_STATUS_ERROR] = "error",
    };

    return classes[status];
}

void sy_html_status(GString *out, SyStatus status)
{
    g_string_append_printf(out, "<span class=\"st %s\">%s</span>", sy_html_status_class(status),
                           sy_status_name(status));
}

/* Puts narrow no-break spaces into the `digits` of a long whole number. */
static gsize append_grouped(GString *out, const char *digits)
{
    gsize length = strspn(digits, "0123456789");

    for (gsize i = 0; i < length; i++) {
        if (i && length >= 5 && (length - i) % 3 == 0) {
            g_string_append(out, "\xe2\x80\xaf");
        }
        g_string_append_c(out, digits[i]);
    }
    return length;
}

void sy_html_value(GString *out, const char *value)
{
    g_autoptr(GString) text = g_string_new(NULL);
    bool fraction = false;

    for (const char *p = value; p && *p; p++) {
        if (g_ascii_isdigit(*p) && !fraction) {
            p += append_grouped(text, p) - 1;
            continue;
        }
        fraction = *p == '.' || (fraction && g_ascii_isdigit(*p));
        if (g_str_has_prefix(p, "+-")) {
            g_string_append(text, "\xc2\xb1");
            p++;
        } else if (g_str_has_prefix(p, "<=") || g_str_has_prefix(p, ">=")) {
            g_string_append(text, *p == '<' ? "\xe2\x89\xa4" : "\xe2\x89\xa5");
            p++;
        } else if (*p == '-' && g_ascii_isdigit(p[1])) {
            g_string_append(text, "\xe2\x88\x92");
        } else {
            g_string_append_c(text, *p);
        }
    }
    sy_markup_append(out, text->str);
}

void sy_html_name(GString *out, const char *name)
{
    g_autoptr(GString) text = g_string_new(NULL);

    sy_markup_append(text, name);
    g_string_replace(text, "_", "_<wbr>", 0);
    g_string_replace(text, ",", ",<wbr>", 0);
    g_string_append(out, text->str);
}

void sy_html_label_cell(GString *out, const char *head, const char *label)
{
    g_string_append(out, "<td class=\"word\"");
    sy_markup_append_attribute(out, "data-l", *head ? head : NULL);
    g_string_append_c(out, '>');
    sy_html_name(out, label);
    g_string_append(out, "</td>");
}

void sy_html_range_cell(GString *out, const char *label, const char *value)
{
    const char *range = value ? strstr(value, " [") : NULL;
    g_autofree char *median = range ? g_strndup(value, (gsize)(range - value)) : g_strdup(value);
    g_autoptr(GString) rest = g_string_new(NULL);

    g_string_append(out, "<td class=\"n both\"");
    sy_markup_append_attribute(out, "data-l", label);
    g_string_append_c(out, '>');
    sy_html_value(out, median);
    if (range) {
        sy_html_value(rest, range + 1);
        g_string_replace(rest, "..", "..<wbr>", 1);
        g_string_replace(rest, "] ", "]\xc2\xa0", 1); /* no unit on a line of its own */
        g_string_append_printf(out, " <span class=\"ci\">%s</span>", rest->str);
    }
    g_string_append(out, "</td>");
}

void sy_html_plot(GString *out, const char *svg)
{
    if (svg) {
        g_string_append_printf(out, "<div class=\"scroll\">%s</div>\n", svg);
    }
}

const char *sy_html_plot_at(const GPtrArray *plots, guint number)
{
    return plots && number < plots->len ? g_ptr_array_index(plots, number) : NULL;
}

void sy_html_figure(GString *out, const char *plot, const char *caption)
{
    bool drawn = plot && g_str_has_prefix(plot, "<svg class=\"plot\"");

    if (drawn) {
        sy_html_plot(out, plot); /* of sy_plot_finish(), which escapes */
    }
    if (plot) {
        g_string_append(out, "<p class=\"dim\">");
        sy_markup_append(out, drawn ? caption : plot);
        g_string_append(out, "</p>\n");
    }
}
