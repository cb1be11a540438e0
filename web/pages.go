package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/grader/grader/schema"
)

//go:embed templates
var templateFiles embed.FS

// frame is what every page has around its content.
type frame struct {
	Title   string
	User    *schema.User // nil: nobody has signed in
	Crumbs  []crumb
	Version string
	Refresh bool // reload every few seconds where there is no JavaScript
}

// crumb is one step of the way from home to a page.
type crumb struct{ Name, Path string }

// errorPage says what went wrong.
type errorPage struct {
	frame
	Status  int
	Heading string
	Message string
}

// pages holds the parsed templates, by page.
type pages struct{ byName map[string]*template.Template }

func loadPages(a *assets) (*pages, error) {
	funcs := template.FuncMap{"asset": a.path, "bytes": humaneBytes, "duration": humaneDuration}
	shared, err := template.New("").Funcs(funcs).ParseFS(templateFiles, "templates/shared/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	p := &pages{byName: map[string]*template.Template{}}
	for _, name := range []string{"welcome", "login", "home", "course", "assignment", "owner", "submission", "error"} {
		clone, err := shared.Clone()
		if err != nil {
			return nil, fmt.Errorf("copy templates: %w", err)
		}
		if p.byName[name], err = clone.ParseFS(templateFiles, "templates/"+name+".html"); err != nil {
			return nil, fmt.Errorf("parse page %s: %w", name, err)
		}
	}
	return p, nil
}

// execute renders one template of a page. Whatever was printed by a stranger is
// escaped by the template; control characters and those that reorder text are taken
// out here, once for everything that leaves the site.
func (p *pages) execute(page, name string, data any) (string, error) {
	t, ok := p.byName[page]
	if !ok {
		return "", fmt.Errorf("render %s: no such page", page)
	}
	var buffer bytes.Buffer
	if err := t.ExecuteTemplate(&buffer, name, data); err != nil {
		return "", fmt.Errorf("render %s: %w", page, err)
	}
	return schema.Sanitize(buffer.String()), nil
}

// render answers with a page, complete or not at all.
func (s *Server) render(w http.ResponseWriter, status int, page string, data any) error {
	html, err := s.pages.execute(page, "layout", data)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write([]byte(html)); err != nil {
		s.logger().Debug("reader went away", "page", page, "error", err)
	}
	return nil
}

// newFrame makes the frame of a page; user is nil where nobody has signed in.
func (s *Server) newFrame(title string, user *schema.User, crumbs ...crumb) frame {
	return frame{Title: title, User: user, Crumbs: crumbs, Version: s.Version}
}

// fail answers with the page that stands for an error: the sign-in page where
// nobody is known, and "no such page" for what one may not see.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	code := schema.CodeOf(err)
	if code == schema.CodeUnauthenticated {
		s.askToSignIn(w, r)
		return
	}
	if errors.Is(err, r.Context().Err()) && r.Context().Err() != nil {
		return // the reader is gone
	}
	status := schema.HTTPStatus(err)
	if status >= http.StatusInternalServerError {
		s.logger().Error("page failed", "route", r.Pattern, "code", code, "error", err, "cause", errors.Unwrap(err))
	}
	page := errorPage{
		frame: s.newFrame(headingOf(status), nil), Status: status,
		Heading: headingOf(status), Message: sentence(schema.MessageOf(err)),
	}
	if err := s.render(w, status, "error", page); err != nil {
		s.logger().Error("error page failed", "error", err)
		http.Error(w, http.StatusText(status), status)
	}
}

// headingOf says in few words what a status means to a person.
func headingOf(status int) string {
	switch status {
	case http.StatusNotFound:
		return "Nothing to see here"
	case http.StatusForbidden:
		return "That was not allowed"
	case http.StatusUnprocessableEntity:
		return "That cannot be done"
	case http.StatusTooManyRequests:
		return "Too many tries"
	case http.StatusServiceUnavailable:
		return "Not just now"
	}
	if status < http.StatusInternalServerError {
		return "That request made no sense"
	}
	return "Something went wrong"
}

// moment is a time as a page shows it.
type moment struct{ ISO, Text string }

// yearKnown is how far from now a date may be whose year needs no saying.
const yearKnown = 150 * 24 * time.Hour

// at makes a moment in a zone; the zero time makes the zero moment.
func (s *Server) at(t time.Time, zone *time.Location) moment {
	if t.IsZero() {
		return moment{}
	}
	local := t.In(zone)
	layout := "Mon 2 Jan 2006, 15:04"
	if s.now().Sub(t).Abs() < yearKnown {
		layout = "Mon 2 Jan, 15:04"
	}
	return moment{ISO: local.Format(time.RFC3339), Text: local.Format(layout)}
}

// precisely makes a moment with seconds and the zone, for what may be disputed.
func precisely(t time.Time, zone *time.Location) moment {
	if t.IsZero() {
		return moment{}
	}
	local := t.In(zone)
	return moment{ISO: local.Format("2006-01-02T15:04:05.000Z07:00"), Text: local.Format("Mon 2 Jan 2006, 15:04:05 MST")}
}
