// Package api implements the HTTP API below /api/v1. It offers the classroom's actions with their
// arguments and replies as JSON. A request carries a bearer token; cookies are ignored. A handler
// parses its input, calls an action and writes the reply. It implements no rules of its own, like
// the handlers of pages.
package api
