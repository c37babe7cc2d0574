/* Ctrl-C while AWS is at work: counted, so that whoever waits stops in an order of his own. */
#ifndef MRP_CLI_INTERRUPTS_H
#define MRP_CLI_INTERRUPTS_H

#include <signal.h>

/* How often it came, between taking and leaving. */
extern volatile sig_atomic_t interruptions;

/* From here on Ctrl-C ends nothing by itself; from there on it does what it did before. */
void interrupts_take(void);
void interrupts_leave(void);

#endif
