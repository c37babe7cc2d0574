/* A small program, compiled: what is kept beside it is read by the targets. tests/fuzz/keep takes
 * it from here to make their seeds. */
#ifndef MRP_TESTS_FUZZ_DEPLOYED_H
#define MRP_TESTS_FUZZ_DEPLOYED_H

#include <stdlib.h>

#include "evaluator/evaluator.h"
#include "mrp_parts.h"
#include "runtime/deploy/plan.h"
#include "template/template.h"
#include "tests/fuzz/fuzz.h"

static const char fuzz_program[] =
    "project kept { suffix = \"dev\" }\n"
    "param title: string = \"hello\"\n"
    "region east \"us-east-1\" {\n"
    "  resource topic: AWS::SNS::Topic {\n"
    "    TopicName = name(\"topic\")\n"
    "    DisplayName = title\n"
    "  }\n"
    "}\n"
    "region west \"us-west-2\" {\n"
    "  resource words: AWS::SSM::Parameter {\n"
    "    Type = \"String\"\n"
    "    Value = east.topic.TopicArn\n"
    "  }\n"
    "}\n";

/* The handle; *program is what it deploys, with bodies in the arena. */
static inline struct mrp *fuzz_compile(struct arena *arena, struct deploy_program *program) {
    static struct fuzz_file file = {(const uint8_t *)fuzz_program, sizeof fuzz_program - 1};
    static struct mrp_host host;
    host = fuzz_host(&file);
    struct mrp *mrp = mrp_new(&(struct mrp_options){.host = &host});
    if (mrp_compile(mrp) != MRP_DONE) abort();
    const struct template_set *set = mrp_listed_templates(mrp);
    const struct deployment *deployment = mrp_deployment(mrp);
    struct text *bodies = arena_array(arena, set->count + 1, sizeof *bodies);
    for (uint32_t i = 0; i < set->count; i++) {
        struct mrp_text body = mrp_template(mrp, i, MRP_COMPACT);
        bodies[i] = (struct text){arena_copy(arena, body.bytes, body.length), body.length};
    }
    *program = (struct deploy_program){.set = set, .bodies = bodies,
                                       .project = deployment->project,
                                       .suffix = deployment->suffix};
    return mrp;
}

#endif
