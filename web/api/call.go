package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/intake"
)

// call is one authenticated request.
type call struct {
	*API
	w     http.ResponseWriter
	r     *http.Request
	by    schema.Actor
	token schema.APIToken
	does  Operation     // what the request needs and does
	place *intake.Place // of a large request; nil for a small one
}

const (
	slowBody   = 2 * time.Minute  // until a large body has arrived
	answerTime = 30 * time.Second // then until the reply is written
)

// handler returns the handler of a route.
func (a *API) handler(route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := a.begin(w, r, route)
		if c != nil {
			defer c.place.Leave()
		}
		if err == nil && c.mayRunOnce() {
			err = c.runOnce(r.Context(), route)
		} else if err == nil {
			c.run(route)
		}
		if err != nil {
			a.failed(w, r, err)
		}
	})
}

// run runs a route and writes its reply.
func (c *call) run(route route) {
	reply, err := route.run(c)
	switch {
	case errors.Is(err, errWritten):
	case err != nil:
		c.failed(c.w, c.r, err)
	default:
		c.answer(reply)
	}
}

// begin authenticates the client and checks the token's scope.
func (a *API) begin(w http.ResponseWriter, r *http.Request, route route) (*call, error) {
	secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || secret == "" {
		return nil, schema.Errorf(schema.CodeUnauthenticated, "send a token: Authorization: Bearer TOKEN; make one on the site, at /-/tokens, or over ssh: token create NAME")
	}
	by, token, err := a.Classroom.Tokens.Authenticate(r.Context(), secret)
	if err != nil {
		return nil, err
	}
	c := &call{API: a, w: w, r: r, by: by, token: token, does: Operation{Scope: route.scope, Secret: route.secret}}
	if route.named {
		if c.does, err = c.operation(); err != nil {
			return nil, err
		}
	}
	if err := course.MayWithScope(token.Scope, c.does.Scope); err != nil {
		return nil, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, route.limit)
	if route.limit > smallBody {
		if err := c.enter(route); err != nil {
			return nil, err
		}
	}
	return c, c.knows(route.query)
}

// enter admits a request that may have a large body, and extends its deadlines.
func (c *call) enter(route route) (err error) {
	control, now := http.NewResponseController(c.w), time.Now()
	_ = control.SetReadDeadline(now.Add(slowBody)) // not every connection has deadlines
	_ = control.SetWriteDeadline(now.Add(slowBody + answerTime))
	bytes := c.r.ContentLength
	if bytes < 0 || bytes > route.limit {
		bytes = route.limit
	}
	if bytes <= smallBody && route.media == nil {
		return nil // JSON of a size that any request may have
	}
	if c.place, err = c.Room.Enter(c.by.User.ID, bytes); err != nil {
		_, _ = io.Copy(io.Discard, c.r.Body) // many clients read no reply before they have sent everything
	}
	return err
}

// knows returns an error for parameters that the route does not have and for invalid values. A
// misspelt parameter would otherwise be ignored.
func (c *call) knows(query []parameter) error {
	values, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return schema.Errorf(schema.CodeInvalid, "the query of the address cannot be read: %s", err)
	}
	for name, all := range values {
		i := slices.IndexFunc(query, func(p parameter) bool { return p.name == name })
		if i < 0 {
			return schema.Errorf(schema.CodeInvalid, "the query has no parameter %q here", name)
		}
		if len(all) > 1 {
			return schema.Errorf(schema.CodeInvalid, "the query has %q more than once", name)
		}
		if one := query[i].values; one != nil && !slices.Contains(one, all[0]) {
			return schema.Errorf(schema.CodeInvalid, "%s=%q: use %s", name, all[0], strings.Join(one, ", "))
		}
		switch query[i].kind {
		case "integer":
			_, err = strconv.Atoi(all[0])
		case "boolean":
			_, err = strconv.ParseBool(all[0])
		}
		if err != nil {
			return schema.Errorf(schema.CodeInvalid, "%s=%q: write a value that is %s %s", name, all[0], article(query[i].kind), query[i].kind)
		}
	}
	return nil
}

func article(noun string) string {
	if strings.ContainsAny(noun[:1], "aeiou") {
		return "an"
	}
	return "a"
}

func (c *call) ctx() context.Context { return c.r.Context() }

// path returns a parameter of the path.
func (c *call) path(name string) string { return c.r.PathValue(name) }

// text returns a query parameter, or "" if it is absent.
func (c *call) text(name string) string { return c.r.URL.Query().Get(name) }

// number returns a query parameter, or otherwise if it is absent. knows has checked the value.
func (c *call) number(name string, otherwise int) int {
	n, err := strconv.Atoi(c.text(name))
	if err != nil {
		return otherwise
	}
	return n
}

// is reports whether a query parameter is true. knows has checked the value.
func (c *call) is(name string) bool {
	yes, err := strconv.ParseBool(c.text(name))
	return err == nil && yes
}

// id returns the path parameter {id}.
func (c *call) id() (int64, error) {
	id, err := strconv.ParseInt(c.path("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, schema.Errorf(schema.CodeNotFound, "%q is not an id", c.path("id"))
	}
	return id, nil
}

// decode parses the body, which must be one JSON value without unknown fields.
func (c *call) decode(into any) error {
	media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return schema.Errorf(schema.CodeInvalid, "send JSON, with the header Content-Type: application/json")
	}
	dec := json.NewDecoder(c.r.Body)
	dec.DisallowUnknownFields()
	err = dec.Decode(into)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is something behind the JSON value")
		}
	}
	if most := new(http.MaxBytesError); errors.As(err, &most) {
		return err
	}
	if err != nil {
		return schema.Errorf(schema.CodeInvalid, "the body cannot be read: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// follow adds a link to the next page: the same address with another value of a parameter.
func (c *call) follow(parameter, value string) {
	query := c.r.URL.Query()
	query.Set(parameter, value)
	next := url.URL{Path: c.r.URL.Path, RawQuery: query.Encode()}
	c.w.Header().Set("Link", "<"+next.String()+`>; rel="next"`)
}

// answer writes a reply.
func (c *call) answer(reply any) {
	switch is := reply.(type) {
	case none:
		c.w.WriteHeader(http.StatusNoContent)
	case document:
		if is.name != "" {
			c.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": is.name}))
		}
		c.write(is.media, is.data)
	default:
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(reply); err != nil {
			c.failed(c.w, c.r, err)
			return
		}
		c.write("application/json", out.Bytes())
	}
}

// write writes a reply with its entity tag, or status 304 if the client already has it.
func (c *call) write(media string, data []byte) {
	h := c.w.Header()
	h.Set("Content-Type", media)
	if c.r.Method == http.MethodGet {
		sum := sha256.Sum256(data)
		tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`
		h.Set("ETag", tag)
		h.Set("Cache-Control", "private, no-cache")
		if matches(c.r.Header.Values("If-None-Match"), tag) {
			c.w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	_, _ = c.w.Write(data) // the client may have disconnected
}

// matches reports whether If-None-Match names the tag.
func matches(headers []string, tag string) bool {
	for _, header := range headers {
		for one := range strings.SplitSeq(header, ",") {
			if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == tag {
				return true
			}
		}
	}
	return false
}
