/* Lints about build projects: sources and artifacts that do not go together, retired images. */
#include "lint/ends.h"
#include "lint/internal.h"

/* "ProjectSource" and "ProjectArtifacts" in the CodeBuild API Reference. */
void lint_build_project(const struct look *look) {
    struct item source = item_get(look, "Source.Type"),
                artifacts = item_get(look, "Artifacts.Type");
    struct text kind, goes;
    if (!item_text(source, &kind)) return;
    if (item_text(artifacts, &goes) &&
        text_is(kind, "CODEPIPELINE") != text_is(goes, "CODEPIPELINE")) {
        struct diagnostic *d =
            warn(look, artifacts, "the source is of type %.*s, and the artifacts of %.*s",
                 TEXT_ARGS(kind), TEXT_ARGS(goes));
        warn_note(look, d, source, "a pipeline gives and takes both, or neither");
    }
    if (text_is(kind, "NO_SOURCE") && item_is_absent(item_get(look, "Source.BuildSpec"))) {
        struct diagnostic *d =
            warn(look, source, "a build without a source has its buildspec in the project");
        warn_hint(look, d, "Write BuildSpec with the text of one.");
    }
}

void lint_build_image(const struct look *look) {
    struct text name;
    struct item item = item_get(look, "Environment.Image");
    if (!item_text(item, &name)) return;
    const struct end *end = end_find("codebuild", name);
    if (!end || !end_has_come(end->standard)) return;
    struct diagnostic *d = warn(look, item, "CodeBuild does not update \"%.*s\" since %s",
                                TEXT_ARGS(name), end->standard);
    if (end->successor) warn_hint(look, d, "Its successor is \"%s\".", end->successor);
}
