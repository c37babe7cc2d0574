/* Diagnostics, as data and as text. */
#include <limits.h>
#include <unistd.h>

#include "base/files.h"
#include "mrp_internal.h"

static bool is_module(const struct mrp *mrp, uint32_t source) {
    for (uint32_t i = 0; i < mrp->program.module_count; i++) {
        const struct module *module = mrp->program.modules[i];
        if (module->source == source) return !module->is_std;
    }
    return false;
}

struct text mrp_user_path(struct mrp *mrp, uint32_t source) {
    struct text path = sources_get(&mrp->sources, source)->path;
    char here[PATH_MAX];
    if (mrp->root.length == 0 || !is_module(mrp, source) || !getcwd(here, sizeof here)) return path;
    bool is_top = mrp->root.length == 1; /* the root is "/" */
    struct text whole = text_format(&mrp->arena, "%.*s/%.*s", is_top ? 0 : (int)mrp->root.length,
                                    mrp->root.bytes, TEXT_ARGS(path));
    return path_relative(&mrp->arena, text_of(here), whole);
}

/* Sources carry the paths that templates show, relative to the root; people and tools that read
 * diagnostics stand elsewhere. */
static struct text *swap_paths(struct mrp *mrp) {
    struct text *kept = arena_array(&mrp->arena, mrp->sources.count, sizeof *kept);
    for (uint32_t i = 0; i < mrp->sources.count; i++) {
        kept[i] = mrp->sources.items[i]->path;
        mrp->sources.items[i]->path = mrp_user_path(mrp, i);
    }
    return kept;
}

static void restore_paths(struct mrp *mrp, const struct text *kept) {
    for (uint32_t i = 0; i < mrp->sources.count; i++) mrp->sources.items[i]->path = kept[i];
}

static enum mrp_result write_report(struct mrp *mrp, struct request *request) {
    diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    struct text *kept = swap_paths(mrp);
    switch ((enum mrp_report_form)request->form) {
    case MRP_TEXT: diagnostics_text(&mrp->diagnostics, &mrp->output, request->color); break;
    case MRP_JSON: diagnostics_json(&mrp->diagnostics, &mrp->output); break;
    case MRP_SARIF: diagnostics_sarif(&mrp->diagnostics, &mrp->output); break;
    }
    restore_paths(mrp, kept);
    return MRP_DONE;
}

struct mrp_text mrp_report(struct mrp *mrp, enum mrp_report_form form, bool color) {
    return mrp_output_of(mrp, &(struct request){.run = write_report, .form = form, .color = color});
}

size_t mrp_diagnostic_count(struct mrp *mrp) {
    diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    return mrp->diagnostics.count;
}

size_t mrp_error_count(struct mrp *mrp) {
    diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    return mrp->diagnostics.error_count;
}

size_t mrp_warning_count(struct mrp *mrp) {
    size_t errors = mrp_error_count(mrp);
    return mrp->diagnostics.count + mrp->diagnostics.hidden - errors;
}

static enum mrp_result view_diagnostic(struct mrp *mrp, struct request *request) {
    const struct diagnostic *d = mrp->diagnostics.first;
    for (uint32_t i = request->index; d->is_allowed || i-- > 0;) d = d->next;
    struct mrp_diagnostic *view = request->view;
    *view = (struct mrp_diagnostic){
        .id = diagnostic_name(d->id),
        .is_error = d->is_error,
        .message = d->message.bytes,
        .hint = d->hint.length ? d->hint.bytes : "",
    };
    if (d->span.source >= mrp->sources.count) return MRP_DONE;
    struct place start = source_place(&mrp->sources, d->span.source, d->span.start);
    struct place end = source_place(&mrp->sources, d->span.source, d->span.end);
    view->line = start.line;
    view->column = start.column;
    view->end_line = end.line;
    view->end_column = end.column;
    view->file = text_copy(&mrp->arena, mrp_user_path(mrp, d->span.source)).bytes;
    return MRP_DONE;
}

struct mrp_diagnostic mrp_diagnostic(struct mrp *mrp, size_t index) {
    static const struct mrp_diagnostic none = {.id = "", .message = "", .hint = ""};
    struct mrp_diagnostic view;
    struct request request = {.run = view_diagnostic, .index = (uint32_t)index, .view = &view};
    return mrp_guarded(mrp, &request) == MRP_DONE ? view : none;
}

