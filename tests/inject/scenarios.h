/* The commands that are run, each with what is done before and looked at afterwards. */
#ifndef MRP_TESTS_INJECT_SCENARIOS_H
#define MRP_TESTS_INJECT_SCENARIOS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct scenario {
    const char *command;
    const char *before; /* run undisturbed before it, a line each, or NULL */
    /* Run undisturbed in the end, to compare; NULL for the command. Of several lines the last one
     * is compared, and those before it mend what was disturbed, in place of the command. */
    const char *after;
    bool writes;
    size_t alike; /* how many alike calls are enough; 0: all are refused */
};

static const char planned[] = "plan --sandbox one.mrp";
static const char deployed[] = "apply --sandbox --yes --quiet one.mrp";
static const char things[] = "apply --sandbox --yes --quiet things.mrp";
static const char killed[] = "MRP_TEST_DIE_AT=3 apply --sandbox --yes --quiet one.mrp";
static const char resumed[] = "resume --sandbox --yes one.mrp";
static const char stuck[] = "apply --sandbox --yes --quiet one.mrp\n"
                            "sandbox fail east.topic one.mrp --on delete\n"
                            "destroy --sandbox --yes=dev --quiet one.mrp";

static const char planned_many[] = "plan --sandbox many.mrp";
static const char deployed_many[] = "apply --sandbox --yes --quiet many.mrp";
static const char fails[] = "apply --sandbox --yes --quiet many.mrp\n"
                            "sandbox fail west.note many.mrp --on update";
static const char fails_twice[] = "apply --sandbox --yes --quiet many.mrp\n"
                                  "sandbox fail west.note many.mrp --on update\n"
                                  "sandbox fail west.topic many.mrp --on rollback";
static const char killed_many[] =
    "apply --sandbox --yes --quiet many.mrp\n"
    "MRP_TEST_DIE_AT=8 apply --sandbox --yes --quiet --set title=other many.mrp";
static const char taken_back[] = "resume --sandbox --yes --rollback many.mrp\n"
                                 "rescue --sandbox --yes many.mrp\n"
                                 "resume --sandbox --yes --rollback many.mrp\n"
                                 "plan --sandbox many.mrp";

static const struct scenario scenarios[] = {
    {"check", NULL, NULL, false, 0},
    {"check --vars values.json --format json", NULL, NULL, false, 0},
    {"check --format sarif broken.mrp", NULL, NULL, false, 0},
    {"build -o out", NULL, NULL, true, 0},
    {"build -o out small.mrp", "build -o out", NULL, true, 0},
    {"fmt untidy.mrp", NULL, NULL, true, 0},
    {"fmt --diff untidy.mrp", NULL, NULL, false, 0},
    {"fmt --check untidy.mrp", NULL, NULL, false, 0},
    {"check --fix broken.mrp", NULL, NULL, true, 0},
    {"check --format github broken.mrp", NULL, NULL, false, 0},
    {"build --stdout west", NULL, NULL, false, 0},
    {"explain east.topic", NULL, NULL, false, 0},
    {"explain std.policies", NULL, NULL, false, 0},
    {"explain permissions", NULL, NULL, false, 0},
    {"explain AWS::SNS::Topic.TopicName", NULL, NULL, false, 0},
    {"explain --all -o pages", NULL, NULL, true, 2},
    {"eval settings", NULL, NULL, false, 0},
    {"graph --format mermaid", NULL, NULL, false, 0},
    {"graph --format dot --stacks", NULL, NULL, false, 0},
    {"test", NULL, NULL, false, 0},
    {"test --update", NULL, NULL, true, 0},
    {"test --coverage --format junit", NULL, NULL, false, 0},
    {"init new", NULL, NULL, true, 0},
    {"init --from pipeline new", NULL, NULL, true, 0},
    {"help build", NULL, NULL, false, 0},
    {"completion zsh", NULL, NULL, false, 0},
    {"apply --sandbox --yes", NULL, "plan --sandbox", true, 2},
    {"plan --sandbox one.mrp", NULL, NULL, true, 0},
    {"plan --sandbox --out .saved one.mrp", NULL, "apply --sandbox --yes .saved", true, 0},
    {"apply --sandbox --yes one.mrp", NULL, planned, true, 0},
    {"apply --sandbox --yes --set title=other one.mrp", deployed,
     "plan --sandbox --set title=other one.mrp", true, 0},
    {"apply --sandbox --yes .saved", "plan --sandbox --quiet --out .saved one.mrp", planned, true,
     0},
    {"destroy --sandbox --yes=dev one.mrp", deployed, "status --sandbox one.mrp", true, 0},
    {resumed, killed, planned, true, 0},
    {"resume --sandbox --yes --rollback one.mrp", killed, planned, true, 0},
    {"apply --sandbox --yes many.mrp", NULL, planned_many, true, 2},
    {"apply --sandbox --yes --set title=other many.mrp", fails, taken_back, true, 2},
    {"apply --sandbox --yes --set title=other many.mrp", fails_twice, taken_back, true, 2},
    {"resume --sandbox --yes many.mrp --set title=other", killed_many,
     "plan --sandbox --set title=other many.mrp", true, 2},
    {"resume --sandbox --yes --rollback many.mrp", killed_many, taken_back, true, 2},
    {"destroy --sandbox --yes=dev many.mrp", deployed_many, "status --sandbox many.mrp", true, 2},
    {"status --sandbox one.mrp", deployed, NULL, true, 0},
    {"drift --sandbox one.mrp",
     "apply --sandbox --yes --quiet one.mrp\n"
     "sandbox change east.topic one.mrp --property DisplayName --value \"x\"", NULL, true, 0},
    {"rescue --sandbox one.mrp", stuck, NULL, true, 0},
    {"rescue --sandbox --yes one.mrp", stuck, "status --sandbox one.mrp", true, 0},
    {"sandbox fail east.topic one.mrp", deployed, NULL, true, 0},
    {"sandbox change east.topic one.mrp", deployed, "drift --sandbox one.mrp", true, 0},
    {"sandbox put east.bucket things.mrp", things, NULL, true, 0},
    {"sandbox ring east.alarm things.mrp", things, NULL, true, 0},
    {"sandbox throttle 10", NULL, NULL, true, 0},
    {"sandbox lag 2", NULL, NULL, true, 0},
    {"sandbox reset", deployed, planned, true, 0},
    {"sandbox serve --port 0 one.mrp", deployed, planned, true, 0},
};

/* What is run against a server, which then ends. */
static const char visit[] = "plan elsewhere/one.mrp";

static bool serves(const struct scenario *scenario) {
    return strstr(scenario->command, "serve") != NULL;
}

#endif
