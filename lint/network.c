/* Lints about networks: addresses, routes, load balancers. */
#include "base/address.h"
#include "lint/internal.h"

/* ---- blocks of addresses ---- */

/* Where a block is wanted, and of addresses of how many bits; 0 for either. */
struct block_place {
    const char *list, *path; /* the list that holds records with the block, or NULL */
    int bits;
    bool is_lax; /* bits behind the prefix do not matter */
};

static const struct block_place places[] = {
    {NULL, "CidrBlock", 32, false},
    {NULL, "Ipv6CidrBlock", 128, false},
    {NULL, "CidrIp", 32, false},
    {NULL, "CidrIpv6", 128, false},
    {NULL, "DestinationCidrBlock", 0, false},
    {NULL, "DestinationIpv6CidrBlock", 128, false},
    {NULL, "ClientCidrBlock", 32, false},
    {"SecurityGroupIngress", "CidrIp", 32, false},
    {"SecurityGroupIngress", "CidrIpv6", 128, false},
    {"SecurityGroupEgress", "CidrIp", 32, false},
    {"SecurityGroupEgress", "CidrIpv6", 128, false},
    {"Entries", "Cidr", 0, false},
    {"Addresses", "", 0, true},
    {"ResourcesVpcConfig.PublicAccessCidrs", "", 0, true},
};

/* Of a list of one kind: "IPv4" of a prefix list, "IPV6" of a set of WAF. */
static int family_of(const struct look *look) {
    static const char *const keys[] = {"AddressFamily", "IPAddressVersion"};
    for (size_t i = 0; i < 2; i++) {
        struct text family;
        if (!item_text(item_get(look, keys[i]), &family)) continue;
        if (is_word("IPv4 IPV4", family)) return 32;
        if (is_word("IPv6 IPV6", family)) return 128;
    }
    return 0;
}

static void check_block(const struct look *look, struct item item,
                        const struct block_place *place) {
    struct text text;
    struct block block;
    if (!item_text(item, &text)) return;
    struct diagnostic *d;
    bool is_block = block_read(text, &block);
    int bits = place->bits ? place->bits : family_of(look);
    if (!is_block) {
        if (look_is_told(look, item)) return;
        d = warn(look, item, "\"%.*s\" is no block of addresses", TEXT_ARGS(text));
        warn_hint(look, d,
                  "A block is an address and the length of its prefix, such as \"10.0.0.0/16\".");
    } else if (bits && block.bits != bits) {
        if (look_is_told(look, item)) return;
        warn(look, item, "\"%.*s\" is a block of IPv%c, and one of IPv%c is wanted",
             TEXT_ARGS(text), block.bits == 32 ? '4' : '6', bits == 32 ? '4' : '6');
    } else if (!place->is_lax && block_cut(&block)) {
        d = warn(look, item, "\"%.*s\" has bits behind its prefix", TEXT_ARGS(text));
        warn_hint(look, d, "Write \"%.*s\".", TEXT_ARGS(block_text(look_arena(look), &block)));
    }
}

void lint_address_block(const struct look *look) {
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const struct block_place *place = &places[i];
        if (!place->list) {
            check_block(look, item_get(look, place->path), place);
            continue;
        }
        struct item list = item_get(look, place->list);
        for (uint32_t k = 0; k < item_count(list); k++)
            check_block(look, item_in(look, item_at(look, list, k), place->path), place);
    }
}

static bool read_block(const struct look *look, const struct resource *resource, struct item *item,
                       struct block *block) {
    struct text text;
    *item = item_of(look, resource, "CidrBlock");
    return item_text(*item, &text) && block_read(text, block);
}

void lint_block_size(const struct look *look) {
    struct item item;
    struct block block;
    if (!read_block(look, look->resource, &item, &block) || block.bits != 32) return;
    if (block.prefix >= 16 && block.prefix <= 28) return;
    warn(look, item, "a VPC or subnet has a prefix of 16 to 28 bits, and this has %d",
         block.prefix);
}

static const struct resource *vpc_of(const struct look *look, const struct resource *subnet) {
    const struct resource *vpc = item_resource(item_of(look, subnet, "VpcId"));
    return vpc && resource_is(vpc, "AWS::EC2::VPC") ? vpc : NULL;
}

/* Whether the VPC gets further blocks, by a resource of its own. */
static bool has_more_blocks(const struct look *look, const struct resource *vpc) {
    struct group group = look_all(look, "AWS::EC2::VPCCidrBlock");
    for (uint32_t i = 0; i < group.count; i++) {
        if (vpc_of(look, group.resources[i]) == vpc) return true;
    }
    return false;
}

void lint_subnet_outside(const struct look *look) {
    const struct resource *vpc = vpc_of(look, look->resource);
    struct item own, whole;
    struct block inner, outer;
    if (!vpc || vpc->is_existing || !read_block(look, look->resource, &own, &inner) ||
        !read_block(look, vpc, &whole, &outer) || block_holds(&outer, &inner)) {
        return;
    }
    if (has_more_blocks(look, vpc)) return;
    struct diagnostic *d = warn(look, own, "the subnet lies outside of its VPC, %.*s",
                                TEXT_ARGS(block_text(look_arena(look), &outer)));
    warn_note(look, d, whole, "the VPC has its addresses from here");
}

/* Each pair once: with the subnets before it. */
void lint_subnet_overlap(const struct look *look) {
    const struct resource *vpc = vpc_of(look, look->resource);
    struct item own, other;
    struct block a, b;
    if (!vpc || !read_block(look, look->resource, &own, &a)) return;
    struct group group = look_all(look, "AWS::EC2::Subnet");
    for (uint32_t i = 0; i < group.count && group.resources[i] != look->resource; i++) {
        if (vpc_of(look, group.resources[i]) != vpc ||
            !read_block(look, group.resources[i], &other, &b) || !block_meets(&a, &b)) {
            continue;
        }
        struct diagnostic *d = warn(look, own, "the subnet has addresses of subnet \"%.*s\"",
                                    TEXT_ARGS(group.resources[i]->path));
        warn_note(look, d, other, "which has its addresses from here");
        return;
    }
}

/* ---- routes ---- */

void lint_gateway_order(const struct look *look) {
    struct item item = item_get(look, "GatewayId");
    const struct resource *gateway = item_resource(item);
    if (!gateway || gateway->is_existing || !resource_is(gateway, "AWS::EC2::InternetGateway"))
        return;
    struct group group = look_all(look, "AWS::EC2::VPCGatewayAttachment");
    for (uint32_t i = 0; i < group.count; i++) {
        const struct resource *attachment = group.resources[i];
        if (item_resource(item_of(look, attachment, "InternetGatewayId")) != gateway ||
            attachment->stack != look->resource->stack || look_waits_for(look, attachment)) {
            continue;
        }
        struct diagnostic *d =
            warn(look, item, "the route may be made before the gateway is attached");
        warn_hint(look, d, "Write @depends_on = %.*s.",
                  TEXT_ARGS(name_text(attachment->declared->declaration.name.name)));
        warn_note(look, d, item_of_resource(attachment), "it is attached here");
        return;
    }
}

static struct item destination_of(const struct look *look, const struct resource *route) {
    static const char *const keys[] = {"DestinationCidrBlock", "DestinationIpv6CidrBlock",
                                       "DestinationPrefixListId"};
    struct item item = item_of(look, route, keys[0]);
    for (size_t i = 1; i < 3 && item_is_absent(item); i++)
        item = item_of(look, route, keys[i]);
    return item;
}

static void check_twice(const struct look *look) {
    struct item own = destination_of(look, look->resource);
    const struct resource *table = item_resource(item_get(look, "RouteTableId"));
    struct text to, other;
    if (!table || !item_text(own, &to)) return;
    struct group group = look_all(look, "AWS::EC2::Route");
    for (uint32_t i = 0; i < group.count && group.resources[i] != look->resource; i++) {
        struct item theirs = destination_of(look, group.resources[i]);
        if (item_resource(item_of(look, group.resources[i], "RouteTableId")) != table ||
            !item_text(theirs, &other) || !text_equal(to, other)) {
            continue;
        }
        struct diagnostic *d =
            warn(look, own, "the table has a route to \"%.*s\" already", TEXT_ARGS(to));
        warn_note(look, d, theirs, "which stands here");
        return;
    }
}

void lint_route_target(const struct look *look) {
    static const char *const targets[] = {
        "CarrierGatewayId", "CoreNetworkArn",     "EgressOnlyInternetGatewayId",
        "GatewayId",        "InstanceId",         "LocalGatewayId",
        "NatGatewayId",     "NetworkInterfaceId", "OdbNetworkArn",
        "TransitGatewayId", "VpcEndpointId",      "VpcPeeringConnectionId"};
    unsigned count = 0;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        count += !item_is_absent(item_get(look, targets[i]));
    }
    if (item_is_absent(destination_of(look, look->resource))) {
        struct diagnostic *d = warn(look, item_self(look), "the route has no destination");
        warn_hint(look, d, "Write DestinationCidrBlock = \"0.0.0.0/0\" for all that is elsewhere.");
    } else if (count == 1) {
        check_twice(look);
    }
    if (count == 1) return;
    struct diagnostic *d =
        count ? warn(look, item_self(look), "a route has one target, and this has %u", count)
              : warn(look, item_self(look), "the route leads nowhere");
    warn_hint(look, d,
              "Write one of GatewayId, NatGatewayId, TransitGatewayId, VpcEndpointId, "
              "VpcPeeringConnectionId and the like.");
}

void lint_peering_overlap(const struct look *look) {
    const struct resource *own = item_resource(item_get(look, "VpcId"));
    struct item peer_item = item_get(look, "PeerVpcId"), own_block, peer_block;
    const struct resource *peer = item_resource(peer_item);
    struct block a, b;
    if (!own || !peer || own->is_existing || peer->is_existing ||
        !read_block(look, own, &own_block, &a) || !read_block(look, peer, &peer_block, &b) ||
        !block_meets(&a, &b)) {
        return;
    }
    struct diagnostic *d = warn(look, peer_item, "the two networks have addresses in common");
    warn_note(look, d, own_block, "one has its addresses from here");
    warn_note(look, d, peer_block, "the other from here");
}

/* ---- load balancers ---- */

void lint_balancer_zones(const struct look *look) {
    struct text kind;
    struct item type = item_get(look, "Type"), subnets = item_get(look, "Subnets");
    if (!item_is_absent(type) && (!item_text(type, &kind) || !text_is(kind, "application"))) return;
    if (!item_is_list(subnets) || item_count(subnets) != 1) return;
    if (item_at(look, subnets, 0).value.kind == VALUE_DEFERRED &&
        !item_resource(item_at(look, subnets, 0))) {
        return;
    }
    struct diagnostic *d =
        warn(look, subnets, "an application load balancer needs two subnets, and has one");
    warn_hint(look, d, "Give it subnets in two availability zones.");
}

void lint_health_check(const struct look *look) {
    struct item interval_item = item_get(look, "HealthCheckIntervalSeconds");
    struct item timeout_item = item_get(look, "HealthCheckTimeoutSeconds");
    struct item path_item = item_get(look, "HealthCheckPath");
    struct text path;
    int64_t interval = 30, timeout;
    if (item_text(path_item, &path) && !text_starts(path, TEXT("/"))) {
        struct diagnostic *d = warn(
            look, path_item, "a path begins with \"/\", and this is \"%.*s\"", TEXT_ARGS(path));
        warn_hint(look, d, "Write \"/%.*s\".", TEXT_ARGS(path));
    }
    if (!item_is_absent(interval_item) && !item_integer(interval_item, &interval)) return;
    if (!item_integer(timeout_item, &timeout) || timeout < interval) return;
    struct diagnostic *d = warn(
        look, timeout_item, "a health check may take %lld seconds, and the next begins after %lld",
        (long long)timeout, (long long)interval);
    warn_hint(look, d, "Let HealthCheckTimeoutSeconds be less than HealthCheckIntervalSeconds.");
}

void lint_listener_priority(const struct look *look) {
    int64_t own, other;
    struct item item = item_get(look, "Priority");
    const struct resource *listener = item_resource(item_get(look, "ListenerArn"));
    if (!listener || !item_integer(item, &own)) return;
    struct group group = look_all(look, "AWS::ElasticLoadBalancingV2::ListenerRule");
    for (uint32_t i = 0; i < group.count && group.resources[i] != look->resource; i++) {
        struct item theirs = item_of(look, group.resources[i], "Priority");
        if (item_resource(item_of(look, group.resources[i], "ListenerArn")) != listener ||
            !item_integer(theirs, &other) || own != other) {
            continue;
        }
        struct diagnostic *d =
            warn(look, item, "the listener has a rule of priority %lld already", (long long)own);
        warn_note(look, d, theirs, "which stands here");
        return;
    }
}

/* "Listeners for your Application Load Balancers", "... Network Load Balancers" in their guides. */
static const char *protocols_of(struct text kind) {
    if (text_is(kind, "application")) return "HTTP HTTPS";
    if (text_is(kind, "network")) return "TCP TLS UDP TCP_UDP QUIC TCP_QUIC";
    return text_is(kind, "gateway") ? "GENEVE" : NULL;
}

static void check_forward(const struct look *look, struct item action, struct text kind) {
    struct item target = item_in(look, action, "TargetGroupArn");
    const struct resource *group = item_resource(target);
    struct text protocol;
    if (!group || group->is_existing || !item_text(item_of(look, group, "Protocol"), &protocol) ||
        is_word(protocols_of(kind), protocol)) {
        return;
    }
    struct diagnostic *d =
        warn(look, target, "the load balancer is of type \"%.*s\", and its targets are for %.*s",
             TEXT_ARGS(kind), TEXT_ARGS(protocol));
    warn_note(look, d, item_of(look, group, "Protocol"), "which is said here");
}

/* Certificates and policies of TLS, where there is no TLS. */
static void check_unencrypted(const struct look *look, struct text protocol) {
    static const char *const keys[] = {"Certificates", "SslPolicy"};
    for (size_t i = 0; i < 2; i++) {
        struct item item = item_get(look, keys[i]);
        if (item_is_absent(item)) continue;
        warn(look, item, "a listener for %.*s has no %s", TEXT_ARGS(protocol), keys[i]);
    }
}

void lint_listener_protocol(const struct look *look) {
    const struct resource *balancer = item_resource(item_get(look, "LoadBalancerArn"));
    struct item item = item_get(look, "Protocol"), actions = item_get(look, "DefaultActions");
    struct text kind = TEXT("application"), protocol;
    if (!balancer || balancer->is_existing) return;
    struct item type = item_of(look, balancer, "Type");
    if ((!item_is_absent(type) && !item_text(type, &kind)) || !protocols_of(kind)) return;
    if (is_word("HTTP TCP UDP TCP_UDP", item_text(item, &protocol) ? protocol : TEXT(""))) {
        check_unencrypted(look, protocol);
    }
    if (item_text(item, &protocol) && !is_word(protocols_of(kind), protocol)) {
        struct diagnostic *d =
            warn(look, item, "the load balancer is of type \"%.*s\", and this is %.*s",
                 TEXT_ARGS(kind), TEXT_ARGS(protocol));
        warn_hint(look, d, "It listens for %s.", protocols_of(kind));
        return;
    }
    for (uint32_t i = 0; i < item_count(actions); i++) {
        check_forward(look, item_at(look, actions, i), kind);
    }
}

/* Policies that still take TLS 1.0 or 1.1, or weak ciphers: "Security policies for your
 * Application Load Balancer" in its User Guide. */
static bool is_old_policy(struct text name) {
    return is_word(
        "ELBSecurityPolicy-2016-08 ELBSecurityPolicy-2015-05 ELBSecurityPolicy-TLS-1-0-2015-04 "
        "ELBSecurityPolicy-TLS-1-1-2017-01 ELBSecurityPolicy-FS-2018-06 "
        "ELBSecurityPolicy-FS-1-1-2019-08 ELBSecurityPolicy-TLS13-1-0-2021-06 "
        "ELBSecurityPolicy-TLS13-1-1-2021-06",
        name);
}

static bool is_old_protocol(struct text name) {
    return is_word("SSLv3 TLSv1 TLSv1_2016 TLSv1.1_2016 TLS_1_0 Policy-Min-TLS-1-0-2019-07 TLSv1.1",
                   name);
}

void lint_old_tls(const struct look *look) {
    static const char *const paths[] = {
        "SslPolicy",
        "SecurityPolicy",
        "DomainEndpointOptions.TLSSecurityPolicy",
        "DistributionConfig.ViewerCertificate.MinimumProtocolVersion",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct text name;
        struct item item = item_get(look, paths[i]);
        if (!item_text(item, &name) || !(is_old_policy(name) || is_old_protocol(name))) continue;
        struct diagnostic *d =
            warn(look, item, "\"%.*s\" takes versions of TLS that are broken", TEXT_ARGS(name));
        warn_hint(look, d, "Choose one from TLS 1.2 on.");
    }
}
