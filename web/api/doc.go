// Package api is the HTTP API below /api/v1: what the classroom's actions do and reply, as
// JSON. A request carries a bearer token; cookies are not looked at. Like a page, a handler
// parses its input, calls an action and writes its reply; it holds no rule.
package api
