/* Lints about who may reach what: rules of security groups, entries of network ACLs. */
#include "base/address.h"
#include "lint/internal.h"

/* ---- rules of groups ---- */

static void each_rule(const struct look *look, bool outward,
                      void (*visit)(const struct look *look, struct item rule)) {
    if (resource_is(look->resource, "AWS::EC2::SecurityGroup")) {
        struct item list = item_get(look, outward ? "SecurityGroupEgress" : "SecurityGroupIngress");
        for (uint32_t i = 0; i < item_count(list); i++)
            visit(look, item_at(look, list, i));
        return;
    }
    bool is_outward = resource_is(look->resource, "AWS::EC2::SecurityGroupEgress");
    if (is_outward == outward) visit(look, item_whole(look->resource));
}

static bool is_protocol(struct item protocol, const char *words) {
    struct text text;
    char room[SCALAR_ROOM];
    if (protocol.value.kind == VALUE_INT)
        text = value_integer_text(protocol.value.integer, room);
    else if (!item_text(protocol, &text))
        return false;
    return is_word(words, text);
}

static bool has_ports(const struct look *look, struct item rule) {
    return is_protocol(item_in(look, rule, "IpProtocol"), "tcp udp 6 17 TCP UDP");
}

/* ---- ports that are open ---- */

struct service {
    int64_t port;
    const char *name;
};

static const struct service services[] = {
    {21, "FTP"},
    {22, "SSH"},
    {23, "Telnet"},
    {111, "RPC"},
    {135, "Windows RPC"},
    {139, "NetBIOS"},
    {389, "LDAP"},
    {445, "Windows shares"},
    {1433, "SQL Server"},
    {1434, "SQL Server"},
    {1521, "Oracle"},
    {2049, "NFS"},
    {2181, "ZooKeeper"},
    {2375, "Docker"},
    {2376, "Docker"},
    {2379, "etcd"},
    {3306, "MySQL"},
    {3389, "remote desktops"},
    {5432, "PostgreSQL"},
    {5439, "Redshift"},
    {5601, "Kibana"},
    {5900, "VNC"},
    {5984, "CouchDB"},
    {5985, "Windows management"},
    {5986, "Windows management"},
    {6379, "Redis"},
    {8086, "InfluxDB"},
    {9042, "Cassandra"},
    {9092, "Kafka"},
    {9200, "OpenSearch"},
    {9300, "OpenSearch"},
    {10250, "Kubernetes"},
    {11211, "Memcached"},
    {27017, "MongoDB"},
};

/* Prefixes so short that no network of one's own is meant: 10.0.0.0/8 and fc00::/7 are. */
enum { SHORT_PREFIX = 8, SHORT_PREFIX6 = 7 };

/* How much of the internet may come in, and where that is said; NULL for a smaller part. */
static const char *world_of(const struct look *look, struct item rule, struct item *where) {
    static const char *const keys[] = {"CidrIp", "CidrIpv6"};
    for (size_t i = 0; i < 2; i++) {
        struct text text;
        struct block block;
        *where = item_in(look, rule, keys[i]);
        if (!item_text(*where, &text) || !block_read(text, &block)) continue;
        if (block.prefix == 0) return "the whole internet";
        if (block.prefix < (block.bits == 32 ? SHORT_PREFIX : SHORT_PREFIX6))
            return "a large part of the internet";
    }
    return NULL;
}

static void check_open(const struct look *look, struct item rule) {
    struct item where, protocol = item_in(look, rule, "IpProtocol");
    int64_t from, to;
    const char *world = world_of(look, rule, &where);
    if (!world) return;
    if (is_protocol(protocol, "-1 all")) {
        warn(look, where, "all ports are open to %s", world);
        return;
    }
    if (!has_ports(look, rule) || !item_integer(item_in(look, rule, "FromPort"), &from) ||
        !item_integer(item_in(look, rule, "ToPort"), &to)) {
        return;
    }
    if (from <= 0 && to >= 65535) {
        warn(look, where, "all ports are open to %s", world);
        return;
    }
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        if (services[i].port < from || services[i].port > to) continue;
        struct diagnostic *d = warn(look, where, "port %lld, of %s, is open to %s",
                                    (long long)services[i].port, services[i].name, world);
        warn_hint(look, d, "Name the addresses or the security group that may come in.");
        return;
    }
}

void lint_open_port(const struct look *look) {
    each_rule(look, false, check_open);
}

/* ---- ranges ---- */

static void check_ports(const struct look *look, struct item from_item, struct item to_item) {
    int64_t from, to;
    if (!item_integer(from_item, &from) || !item_integer(to_item, &to)) return;
    if (from > to) {
        warn(look, from_item, "the ports go from %lld to %lld, which are none", (long long)from,
             (long long)to);
    } else if (to > 65535) {
        warn(look, to_item, "ports end at 65535, and this is %lld", (long long)to);
    } else if (from < 0) {
        warn(look, from_item, "ports begin at 0, and this is %lld", (long long)from);
    }
}

static void check_range(const struct look *look, struct item rule) {
    if (!has_ports(look, rule)) return;
    check_ports(look, item_in(look, rule, "FromPort"), item_in(look, rule, "ToPort"));
}

void lint_port_range(const struct look *look) {
    if (resource_is(look->resource, "AWS::EC2::NetworkAclEntry")) {
        check_ports(look, item_get(look, "PortRange.From"), item_get(look, "PortRange.To"));
        return;
    }
    each_rule(look, false, check_range);
    each_rule(look, true, check_range);
}

/* ---- what a group refuses ---- */

/* Whether both are absent, known and equal, or refer to one resource. */
static bool is_same(struct item a, struct item b) {
    struct text text, other;
    int64_t integer, second;
    if (item_is_absent(a) || item_is_absent(b)) return item_is_absent(a) && item_is_absent(b);
    if (item_resource(a) || item_resource(b)) return item_resource(a) == item_resource(b);
    if (item_integer(a, &integer)) return item_integer(b, &second) && integer == second;
    return item_text(a, &text) && item_text(b, &other) && text_equal(text, other);
}

/* What EC2 tells rules apart by: all but their descriptions. */
static bool is_same_rule(const struct look *look, struct item a, struct item b) {
    static const char *const keys[] = {"IpProtocol",
                                       "FromPort",
                                       "ToPort",
                                       "CidrIp",
                                       "CidrIpv6",
                                       "SourcePrefixListId",
                                       "SourceSecurityGroupId",
                                       "SourceSecurityGroupName",
                                       "DestinationPrefixListId",
                                       "DestinationSecurityGroupId"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!is_same(item_in(look, a, keys[i]), item_in(look, b, keys[i]))) return false;
    }
    return true;
}

static void refuse_twice(const struct look *look, struct item rule, struct item before) {
    struct diagnostic *d = warn(look, rule, "the group has this rule already");
    warn_note(look, d, before, "which stands here");
}

static void check_list(const struct look *look, const char *key) {
    struct item list = item_get(look, key);
    for (uint32_t i = 0; i < item_count(list); i++) {
        struct item rule = item_at(look, list, i);
        for (uint32_t k = 0; k < i; k++) {
            struct item before = item_at(look, list, k);
            if (!is_same_rule(look, rule, before)) continue;
            refuse_twice(look, rule, before);
            break;
        }
    }
}

/* A rule that is a resource: against the group's own list, and the resources before it. */
static void check_beside(const struct look *look) {
    bool is_outward = resource_is(look->resource, "AWS::EC2::SecurityGroupEgress");
    const struct resource *owner = item_resource(item_get(look, "GroupId"));
    struct item rule = item_whole(look->resource);
    if (!owner) return;
    struct item list =
        item_of(look, owner, is_outward ? "SecurityGroupEgress" : "SecurityGroupIngress");
    for (uint32_t i = 0; i < item_count(list); i++) {
        struct item before = item_at(look, list, i);
        if (!is_same_rule(look, rule, before)) continue;
        refuse_twice(look, item_self(look), before);
        return;
    }
    struct group group = look_all(look, is_outward ? "AWS::EC2::SecurityGroupEgress"
                                                   : "AWS::EC2::SecurityGroupIngress");
    for (uint32_t i = 0; i < group.count && group.resources[i] != look->resource; i++) {
        if (item_resource(item_of(look, group.resources[i], "GroupId")) != owner ||
            !is_same_rule(look, rule, item_whole(group.resources[i]))) {
            continue;
        }
        refuse_twice(look, item_self(look), item_of_resource(group.resources[i]));
        return;
    }
}

static void check_protocol(const struct look *look, struct item rule) {
    struct item item = item_in(look, rule, "IpProtocol");
    int64_t number;
    struct text text;
    if (item_integer(item, &number)) {
        if (number >= -1 && number <= 255) return;
        warn(look, item, "protocols are -1 to 255, and this is %lld", (long long)number);
        return;
    }
    if (!item_text(item, &text) ||
        is_protocol(item, "tcp udp icmp icmpv6 all TCP UDP ICMP ICMPV6 ALL")) {
        return;
    }
    struct diagnostic *d =
        warn(look, item, "EC2 knows no protocol \"%.*s\" by its name", TEXT_ARGS(text));
    warn_hint(look, d,
              "Write \"tcp\", \"udp\", \"icmp\", \"icmpv6\", its number, or \"-1\" for all.");
}

void lint_security_group(const struct look *look) {
    struct text name;
    each_rule(look, false, check_protocol);
    each_rule(look, true, check_protocol);
    if (!resource_is(look->resource, "AWS::EC2::SecurityGroup")) {
        check_beside(look);
        return;
    }
    struct item item = item_get(look, "GroupName");
    check_list(look, "SecurityGroupIngress");
    check_list(look, "SecurityGroupEgress");
    if (!item_text(item, &name) || !text_starts(name, TEXT("sg-"))) return;
    warn(look, item, "a name that begins with \"sg-\" is an id, and EC2 refuses it");
}

/* ---- entries of network ACLs ---- */

/* "CreateNetworkAclEntry" in the EC2 API Reference. */
enum { LAST_RULE = 32766, ICMP = 1, TCP = 6, UDP = 17, ICMP6 = 58 };

static void check_number(const struct look *look, struct item item, int64_t number) {
    const struct resource *acl = item_resource(item_get(look, "NetworkAclId"));
    if (number < 1 || number > LAST_RULE) {
        warn(look, item, "rules have the numbers 1 to %d, and this is %lld", LAST_RULE,
             (long long)number);
        return;
    }
    struct group group = look_all(look, "AWS::EC2::NetworkAclEntry");
    for (uint32_t i = 0; acl && group.resources[i] != look->resource; i++) {
        const struct resource *entry = group.resources[i];
        struct item theirs = item_of(look, entry, "RuleNumber");
        int64_t other;
        if (item_resource(item_of(look, entry, "NetworkAclId")) != acl ||
            item_is_true(item_of(look, entry, "Egress")) !=
                item_is_true(item_get(look, "Egress")) ||
            !item_integer(theirs, &other) || other != number) {
            continue;
        }
        struct diagnostic *d = warn(look, item, "the ACL has a rule %lld of this direction already",
                                    (long long)number);
        warn_note(look, d, theirs, "which stands here");
        return;
    }
}

void lint_acl_entry(const struct look *look) {
    struct item number_item = item_get(look, "RuleNumber"), action = item_get(look, "RuleAction"),
                protocol_item = item_get(look, "Protocol");
    int64_t number, protocol;
    struct text text;
    if (item_integer(number_item, &number)) check_number(look, number_item, number);
    if (item_text(action, &text) && !is_word("allow deny", text)) {
        warn(look, action, "a rule says \"allow\" or \"deny\", and this \"%.*s\"", TEXT_ARGS(text));
    }
    if (!item_integer(protocol_item, &protocol)) return;
    if ((protocol == TCP || protocol == UDP) && item_is_absent(item_get(look, "PortRange"))) {
        struct diagnostic *d =
            warn(look, protocol_item, "a rule of %s needs ports", protocol == TCP ? "TCP" : "UDP");
        warn_hint(look, d, "Write PortRange = { From = 443, To = 443 }.");
    } else if ((protocol == ICMP || protocol == ICMP6) && item_is_absent(item_get(look, "Icmp"))) {
        struct diagnostic *d = warn(look, protocol_item, "a rule of ICMP needs a type and a code");
        warn_hint(look, d, "Write Icmp = { Type = -1, Code = -1 } for all.");
    }
}
