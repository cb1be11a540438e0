package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// setPoolMode pauses, drains or opens the pool of a flavour.
func (s *operationsPages) setPoolMode(w http.ResponseWriter, r *http.Request, user schema.User) error {
	mode := schema.PoolMode(r.PostFormValue("mode"))
	if _, err := s.Classroom.Pools.SetMode(r.Context(), s.actor(r, user), r.PathValue("flavour"), mode, r.PostFormValue("reason")); err != nil {
		return s.renderQueue(w, r, user, err)
	}
	return done(w, r, "/-/queue", "pool-"+string(mode))
}

// resizePool sets the numbers of runners of a flavour.
func (s *operationsPages) resizePool(w http.ResponseWriter, r *http.Request, user schema.User) error {
	size, err := poolSize(r)
	if err == nil {
		_, err = s.Classroom.Pools.Resize(r.Context(), s.actor(r, user), r.PathValue("flavour"), size)
	}
	if err != nil {
		return s.renderQueue(w, r, user, err)
	}
	return done(w, r, "/-/queue", "pool-size")
}

// poolSize parses the numbers of a form. An empty field stands for the configured number.
func poolSize(r *http.Request) (size classroom.PoolSize, err error) {
	for field, set := range map[string]**int{"warm": &size.Warm, "max": &size.Max} {
		text := strings.TrimSpace(r.PostFormValue(field))
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return size, schema.Errorf(schema.CodeInvalid, "%s %q: write a whole number, or leave it empty for the configuration's", field, text)
		}
		*set = &n
	}
	return size, nil
}
