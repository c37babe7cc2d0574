/* Fourth walk: declarations of a file, one after the other. */
#include "checker/checker.h"

void check_begin(struct checker *checker) { (void)checker; }

void check_module(struct checker *checker, struct module *module) { (void)checker; (void)module; }

void check_one_expression(struct checker *checker, struct node *expression) {
    (void)checker;
    (void)expression;
}

void check_unused(struct checker *checker) { (void)checker; }
