/* Lints about what runs: containers, groups of machines. */
#include "lint/internal.h"

/* ---- Fargate ---- */

struct size {
    int64_t cpu, least, most, step; /* CPU units; memory in MiB */
};

/* "Amazon ECS task size" in the Amazon ECS Developer Guide. */
static const struct size sizes[] = {
    {256, 512, 2048, 0},          {512, 1024, 4096, 1024},   {1024, 2048, 8192, 1024},
    {2048, 4096, 16384, 1024},    {4096, 8192, 30720, 1024}, {8192, 16384, 61440, 4096},
    {16384, 32768, 122880, 8192},
};
enum { LARGEST_CPU = 16384 };

static bool is_fargate(const struct look *look) {
    struct item list = item_get(look, "RequiresCompatibilities");
    for (uint32_t i = 0; i < item_count(list); i++) {
        if (item_is(item_at(look, list, i), "FARGATE")) return true;
    }
    return false;
}

static bool fits(const struct size *size, int64_t memory) {
    if (memory < size->least || memory > size->most) return false;
    if (size->step == 0) return memory == 512 || memory == 1024 || memory == 2048;
    return (memory - size->least) % size->step == 0 || memory == size->most;
}

void lint_fargate_size(const struct look *look) {
    struct item cpu = item_get(look, "Cpu"), memory = item_get(look, "Memory");
    int64_t units, mib;
    if (!is_fargate(look) || !item_integer(cpu, &units) || !item_integer(memory, &mib)) return;
    if (units > LARGEST_CPU) return; /* larger ones may have come */
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (sizes[i].cpu != units) continue;
        if (fits(&sizes[i], mib)) return;
        struct diagnostic *d =
            warn(look, memory, "Fargate has no task of %lld CPU units and %lld MiB",
                 (long long)units, (long long)mib);
        warn_hint(
            look, d, "With %lld units, memory is %lld to %lld MiB%s.", (long long)units,
            (long long)sizes[i].least, (long long)sizes[i].most,
            sizes[i].step
                ? text_format(look_arena(look), " in steps of %lld", (long long)sizes[i].step).bytes
                : ": 512, 1024 or 2048");
        return;
    }
    struct diagnostic *d =
        warn(look, cpu, "Fargate has no task of %lld CPU units", (long long)units);
    warn_hint(look, d, "It has 256, 512, 1024, 2048, 4096, 8192 and 16384.");
}

void lint_fargate_network(const struct look *look) {
    struct text mode;
    struct item item = item_get(look, "NetworkMode");
    if (!is_fargate(look)) return;
    if (!item_is_absent(item) && (!item_text(item, &mode) || text_is(mode, "awsvpc"))) return;
    struct diagnostic *d = warn(look, item, "tasks on Fargate have the network mode \"awsvpc\"");
    warn_hint(look, d, "Write NetworkMode = \"awsvpc\".");
}

/* ---- what a service sends to its containers ---- */

static bool has_port(const struct look *look, struct item container, int64_t port) {
    struct item mappings = item_in(look, container, "PortMappings");
    int64_t own;
    if (!item_is_list(mappings)) return !item_is_absent(mappings);
    for (uint32_t i = 0; i < item_count(mappings); i++) {
        struct item item = item_in(look, item_at(look, mappings, i), "ContainerPort");
        if (!item_integer(item, &own) || own == port) return true;
    }
    return false;
}

static void check_target(const struct look *look, struct item target, struct item containers) {
    struct item name_item = item_in(look, target, "ContainerName");
    struct item port_item = item_in(look, target, "ContainerPort");
    struct text wanted, name;
    int64_t port;
    struct suggestion near;
    if (!item_text(name_item, &wanted)) return;
    suggestion_init(&near, wanted);
    for (uint32_t i = 0; i < item_count(containers); i++) {
        struct item container = item_at(look, containers, i);
        if (!item_text(item_in(look, container, "Name"), &name)) return;
        suggestion_offer(&near, name);
        if (!text_equal(name, wanted)) continue;
        if (!item_integer(port_item, &port) || has_port(look, container, port)) return;
        struct diagnostic *d = warn(look, port_item, "container \"%.*s\" has no port %lld",
                                    TEXT_ARGS(name), (long long)port);
        warn_note(look, d, container, "the container is described here");
        return;
    }
    struct diagnostic *d =
        warn(look, name_item, "the task has no container \"%.*s\"", TEXT_ARGS(wanted));
    if (near.best.length) warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
}

void lint_container_target(const struct look *look) {
    const struct resource *task = item_resource(item_get(look, "TaskDefinition"));
    struct item targets = item_get(look, "LoadBalancers");
    if (!task || task->is_existing || !resource_is(task, "AWS::ECS::TaskDefinition")) return;
    struct item containers = item_of(look, task, "ContainerDefinitions");
    if (!item_is_list(containers)) return;
    for (uint32_t i = 0; i < item_count(targets); i++) {
        check_target(look, item_at(look, targets, i), containers);
    }
}

/* ---- groups ---- */

void lint_group_size(const struct look *look) {
    struct item least_item = item_get(look, "MinSize"), most_item = item_get(look, "MaxSize");
    struct item desired_item = item_get(look, "DesiredCapacity");
    int64_t least, most, desired;
    if (!item_integer(least_item, &least) || !item_integer(most_item, &most)) return;
    if (least > most) {
        warn(look, most_item, "the group has at least %lld machines, and at most %lld",
             (long long)least, (long long)most);
    } else if (item_integer(desired_item, &desired) && (desired < least || desired > most)) {
        warn(look, desired_item, "the group is to have %lld machines, and may have %lld to %lld",
             (long long)desired, (long long)least, (long long)most);
    }
}

void lint_scaling_range(const struct look *look) {
    struct item least_item = item_get(look, "MinCapacity"),
                most_item = item_get(look, "MaxCapacity");
    int64_t least, most;
    if (!item_integer(least_item, &least) || !item_integer(most_item, &most) || least <= most)
        return;
    warn(look, most_item, "it is scaled to at least %lld, and at most %lld", (long long)least,
         (long long)most);
}

/* "CreateReplicationGroup" in the ElastiCache API Reference. */
void lint_cache_failover(const struct look *look) {
    struct item flag = item_get(look, "AutomaticFailoverEnabled"),
                nodes_item = item_get(look, "NumCacheClusters");
    int64_t nodes;
    if (!item_is_true(flag) || !item_integer(nodes_item, &nodes) || nodes >= 2) return;
    struct diagnostic *d =
        warn(look, nodes_item, "a cache that fails over has two nodes at least, and this has %lld",
             (long long)nodes);
    warn_note(look, d, flag, "it is to fail over");
}

void lint_metadata_v1(const struct look *look) {
    const char *path = resource_is(look->resource, "AWS::EC2::LaunchTemplate")
                           ? "LaunchTemplateData.MetadataOptions.HttpTokens"
                           : "MetadataOptions.HttpTokens";
    struct item tokens = item_get(look, path);
    if (!item_is(tokens, "optional")) return;
    struct diagnostic *d =
        warn(look, tokens, "the credentials of the machine are given out without a token");
    warn_hint(look, d, "Write HttpTokens = \"required\".");
}
