package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// pathParameter matches a parameter in a path.
var pathParameter = regexp.MustCompile(`\{([a-z]+)(\.\.\.)?\}`)

// newDocument returns the OpenAPI 3.1 description of the routes, with schemas made from the Go
// types.
func newDocument(routes []route, version string) (document []byte, err error) {
	defer func() {
		if reason := recover(); reason != nil { // huma panics if two types have the same name
			err = fmt.Errorf("describe the API: %v", reason)
		}
	}()
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[json.Number](), reflect.TypeFor[float64]())
	api := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "grader", Version: version, Description: "What people do and see in grader, for programs. " +
			"Errors are application/problem+json with a member code. Lists end where no header Link names a next page."},
		Servers:  []*huma.Server{{URL: Prefix}},
		Security: []map[string][]string{{"token": {}}},
		Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{
			"token": {Type: "http", Scheme: "bearer", Description: "A token that was made on the site, at /-/tokens, or over ssh: token create NAME --scope read|write|admin"},
		}},
	}
	failure := registry.Schema(reflect.TypeFor[problem](), true, "")
	for _, r := range routes {
		api.AddOperation(r.operation(registry, failure))
	}
	lists(registry)
	return json.MarshalIndent(api, "", " ")
}

// operation returns the OpenAPI description of a route.
func (r route) operation(registry huma.Registry, failure *huma.Schema) *huma.Operation {
	op := &huma.Operation{
		Method: r.method, Path: pathParameter.ReplaceAllString(r.path, "{$1}"), OperationID: r.id, Summary: r.summary,
		Description: "Needs a token of scope " + string(r.scope) + ".",
		Responses:   map[string]*huma.Response{"default": {Description: "What is wrong", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: failure}}}},
	}
	if r.open {
		op.Description, op.Security = "Needs no token.", []map[string][]string{{}}
	}
	for _, m := range pathParameter.FindAllStringSubmatch(r.path, -1) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: m[1], In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
	}
	for _, p := range r.query {
		op.Parameters = append(op.Parameters, &huma.Param{Name: p.name, In: "query", Description: p.help, Schema: &huma.Schema{Type: p.kind, Enum: enum(p.values)}})
	}
	if r.runsOnce() {
		op.Parameters = append(op.Parameters, r.keyParameter())
	}
	switch {
	case r.body != nil:
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: registry.Schema(r.body, true, "")}}}
	case r.media != nil:
		op.RequestBody = &huma.RequestBody{Required: true, Content: make(map[string]*huma.MediaType)}
		for _, media := range r.media {
			op.RequestBody.Content[media] = &huma.MediaType{Schema: fileSchema(media)}
		}
	}
	status, done := http.StatusOK, &huma.Response{Description: "Done"}
	switch {
	case r.gives != "":
		done.Content = map[string]*huma.MediaType{r.gives: {Schema: &huma.Schema{Type: "string"}}}
	case r.reply == reflect.TypeFor[none]():
		status = http.StatusNoContent
	default:
		reply := registry.Schema(r.reply, true, r.id+"Reply")
		reply.Nullable = false
		done.Content = map[string]*huma.MediaType{"application/json": {Schema: reply}}
	}
	op.Responses[strconv.Itoa(status)] = done
	if r.method == http.MethodGet && !strings.HasPrefix(r.gives, "text/event-stream") && !r.open {
		op.Responses["304"] = &huma.Response{Description: "The state that If-None-Match names is the present one"}
	}
	return op
}

// keyParameter returns the description of the header Idempotency-Key.
func (r route) keyParameter() *huma.Param {
	shortest, longest := minKey, maxKey
	p := &huma.Param{
		Name: keyHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString, MinLength: &shortest, MaxLength: &longest},
		Description: "A random value, such as a UUID, that is new for each request. Sending the same request again with the same key gives the first answer again, for 24 hours",
	}
	if r.named {
		p.Description += ". Operations of scope read ignore it"
	}
	return p
}

// fileSchema returns the schema of a body with files.
func fileSchema(media string) *huma.Schema {
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	if media != mediaForm {
		return binary
	}
	return &huma.Schema{Type: huma.TypeObject, Required: []string{"files"}, Properties: map[string]*huma.Schema{"files": {Type: huma.TypeArray, Items: binary, Description: "files with their paths as names, or a zip"}}}
}

func enum(values []string) (all []any) {
	for _, v := range values {
		all = append(all, v)
	}
	return all
}

// lists adjusts every schema: arrays are not null, and later versions may add fields.
func lists(registry huma.Registry) {
	for _, s := range registry.Map() {
		s.AdditionalProperties = nil
		for _, p := range s.Properties {
			if p.Type == huma.TypeArray {
				p.Nullable = false
			}
		}
	}
}

// serveDocument serves the description of the API.
func (a *API) serveDocument(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-cache")
	_, _ = w.Write(a.document) // the client may have disconnected
}
