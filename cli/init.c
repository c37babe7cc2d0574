/* mrp init: a first program that checks and plans at once. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/files.h"
#include "cli/output.h"

static const char program[] =
    "## A first program: one bucket, in one region.\n"
    "##\n"
    "##     mrp check                       finds mistakes\n"
    "##     mrp plan --sandbox              shows what a deploy would do, without an account\n"
    "##     mrp explain AWS::S3::Bucket     shows what can be written below\n"
    "\n"
    "param environment: string = env(\"ENVIRONMENT_SUFFIX\", \"dev\")\n"
    "  check matches(environment, \"^[a-z0-9]{1,12}$\"), \"1 to 12 of a-z and 0-9\"\n"
    "\n"
    "project my_service {\n"
    "  suffix = environment\n"
    "}\n"
    "\n"
    "region east \"us-east-1\" {\n"
    "  resource artifacts: AWS::S3::Bucket {\n"
    "    BucketName              = account_name(\"my-service-artifacts\")\n"
    "    VersioningConfiguration = { Status = \"Enabled\" }\n"
    "  }\n"
    "}\n"
    "\n"
    "## Where the pipeline's artifacts go\n"
    "output ArtifactsBucket = east.artifacts.BucketName\n";

static const char ignored[] = "/.mrp/\n/build/\n";

static bool exists(const char *path) {
    struct stat status;
    return lstat(path, &status) == 0;
}

static bool write_new(struct invocation *invocation, const char *folder, const char *name,
                      const char *content, struct failure *why) {
    struct text path = text_format(invocation->arena, "%s/%s", folder, name);
    bool is_quiet = option_given(invocation, OPTION_QUIET);
    if (exists(path.bytes)) {
        if (!is_quiet) fprintf(stderr, "%s is there already and is kept\n", path.bytes);
        return true;
    }
    if (!file_write(path.bytes, text_of(content), why)) return false;
    if (!is_quiet) printf("wrote %s\n", path.bytes);
    return true;
}

int command_init(struct invocation *invocation) {
    struct failure why;
    const char *folder = invocation->operand_count ? invocation->operands[0] : ".";
    if (!folder_make(folder, &why) ||
        !write_new(invocation, folder, "pipeline.mrp", program, &why) ||
        !write_new(invocation, folder, ".gitignore", ignored, &why)) {
        return world_failed(&why);
    }
    return OUTCOME_DONE;
}
