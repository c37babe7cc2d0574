/* Bad days of the simulated AWS: calls that are throttled, and news that is seen late. Both are
 * settings of the world, and follow from numbers that it keeps, so that the same calls have the
 * same luck again. */
#include <stdio.h>
#include <stdlib.h>

#include "runtime/simulator/calls.h"

enum { ATTEMPTS = 3 }; /* as many as a client of AWS makes before it gives up */

bool sim_throttles(struct simulator *simulator) {
    char digits[9] = {0};
    char seed[48];
    if (!simulator->throttle) return false;
    int length = snprintf(seed, sizeof seed, "throttle/%llu",
                          (unsigned long long)++simulator->throttle_count);
    sim_random((struct text){seed, (size_t)length}, "0123456789", digits, 8);
    return strtoul(digits, NULL, 10) < simulator->throttle * 1000000ul;
}

static bool is_of_objects(enum cloud_operation operation) {
    return operation == CLOUD_PUT_OBJECT || operation == CLOUD_HEAD_OBJECT ||
           operation == CLOUD_OBJECT_VERSIONS || operation == CLOUD_DELETE_OBJECTS;
}

bool sim_throttle_call(struct simulator *simulator, struct cloud_call *call) {
    for (int i = 0; i < ATTEMPTS; i++) {
        if (!sim_throttles(simulator)) return false;
    }
    if (is_of_objects(call->operation)) {
        sim_refuse(call, "SlowDown", "Please reduce your request rate.");
    } else {
        sim_refuse(call, "Throttling", "Rate exceeded");
    }
    return true;
}

bool sim_is_late(const struct simulator *simulator, double time) {
    return simulator->lag > 0 && time + simulator->lag > simulator->clock;
}

void simulator_throttle(struct simulator *simulator, unsigned percent) {
    simulator->throttle = percent;
    simulator->throttle_count = 0;
}

void simulator_lag(struct simulator *simulator, double seconds) { simulator->lag = seconds; }
