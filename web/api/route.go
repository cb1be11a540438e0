package api

import (
	"net/http"
	"reflect"

	"github.com/grader/grader/schema"
)

// route is one method of one path.
type route struct {
	method, path string // path is below Prefix
	scope        schema.Scope
	open         bool   // for everybody, without a token
	id           string // of the operation: a word that clients can use as a function name
	summary      string
	query        []parameter
	body         reflect.Type // of JSON; nil: none
	media        []string     // of a body that is not JSON; nil: none
	limit        int64        // bytes of the body
	reply        reflect.Type // of JSON; nil: none
	gives        string       // media type of a reply that is not JSON
	secret       bool         // the reply can contain one-time codes
	named        bool         // the path names an operation of grader admin, which has its own scope
	run          func(*call) (any, error)
}

// parameter is a parameter of a query.
type parameter struct {
	name, kind, help string   // kind: string, integer or boolean
	values           []string // nil: any
}

// runsOnce reports whether an Idempotency-Key can apply to requests of the route.
func (r route) runsOnce() bool {
	return r.method == http.MethodPost && (r.named || r.scope != schema.ScopeRead)
}

func (r route) pattern() string { return r.method + " " + Prefix + r.path }

// Bounds of bodies, in bytes.
const (
	smallBody = 1 << 20
	fileBody  = 24 << 20 // of a roster or a gradebook, as base64
)

// get returns a route that replies with a T and changes nothing.
func get[T any](path, id, summary string, f func(*call) (T, error), query ...parameter) route {
	return route{
		method: "GET", path: path, scope: schema.ScopeRead, id: id, summary: summary, query: query, reply: reflect.TypeFor[T](),
		run: func(c *call) (any, error) { return f(c) },
	}
}

// send returns a route that accepts a B and replies with a T.
func send[B, T any](method, path, id, summary string, f func(*call, B) (T, error), query ...parameter) route {
	return route{
		method: method, path: path, scope: schema.ScopeWrite, id: id, summary: summary, query: query, limit: smallBody,
		body: reflect.TypeFor[B](), reply: reflect.TypeFor[T](),
		run: func(c *call) (any, error) {
			var body B
			if err := c.decode(&body); err != nil {
				return nil, err
			}
			return f(c, body)
		},
	}
}

// act returns a route that accepts no body and replies with a T.
func act[T any](method, path, id, summary string, f func(*call) (T, error), query ...parameter) route {
	r := get(path, id, summary, f, query...)
	r.method, r.scope = method, schema.ScopeWrite
	return r
}

// file returns a route whose reply is not JSON.
func file(path, id, summary, media string, f func(*call) (document, error), query ...parameter) route {
	r := get(path, id, summary, f, query...)
	r.reply, r.gives = nil, media
	return r
}

// needs returns the route with another scope.
func (r route) needs(scope schema.Scope) route {
	r.scope = scope
	return r
}

// withSecrets returns the route with replies that can contain one-time codes.
func (r route) withSecrets() route {
	r.secret = true
	return r
}

// upTo returns the route with another limit for its body.
func (r route) upTo(limit int64) route {
	r.limit = limit
	return r
}

// none is the reply of an action that returns nothing.
type none struct{}

// option returns a parameter that accepts only some values.
func option(name, help string, values ...string) parameter {
	return parameter{name: name, kind: "string", help: help, values: values}
}

// document is a reply that is not JSON.
type document struct {
	media, name string // name of the file, "" for none
	data        []byte
}
