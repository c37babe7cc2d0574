/* AWS as the deploy engine's cloud: fills struct cloud with calls over the network.
 *
 * Pages are followed, but for events, which come newest first and are asked for as far as needed.
 * The engine's words are AWS's, so nothing is translated; errors of this side have codes of their
 * own: NoCredentials, NoEndpoint, Unreachable, UntrustedServer, Timeout, ConnectionBroken,
 * ResponseTooLong, UnreadableResponse.
 */
#ifndef MRP_RUNTIME_AWS_NETWORK_H
#define MRP_RUNTIME_AWS_NETWORK_H

#include "runtime/aws/client.h"
#include "runtime/cloud.h"

struct network;

bool network_open(struct network **network, const struct client_options *options,
                  struct failure *why);
void network_close(struct network *network);
const struct cloud *network_cloud(struct network *network);

enum {
    LIMIT_PAGES = 1000, /* of one answer */
    LIMIT_LOOKS = 4,    /* at a change set whose execution is unclear */
};

#endif
