// This file lets the package declare functions without bodies: beforeFork and afterFork.
