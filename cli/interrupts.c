#include "cli/interrupts.h"

volatile sig_atomic_t interruptions;
static struct sigaction before;

static void interrupted(int signal_number) {
    (void)signal_number;
    interruptions++;
}

void interrupts_take(void) {
    struct sigaction action = {.sa_handler = interrupted};
    sigaction(SIGINT, &action, &before);
}

void interrupts_leave(void) { sigaction(SIGINT, &before, NULL); }
