package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/intake"
)

// problem is an error of the API: RFC 9457 with the code of schema.Error. Its status is that of
// schema.HTTPStatus, except for bodies that are too large (413) and unsupported methods (405).
type problem struct {
	Title  string      `json:"title"` // of the status
	Status int         `json:"status"`
	Detail string      `json:"detail"` // for the person
	Code   schema.Code `json:"code"`   // for machines
}

// newProblem returns the problem for an error, with only the parts that a person may read.
func newProblem(err error) problem {
	if most := new(http.MaxBytesError); errors.As(err, &most) {
		return problem{Status: http.StatusRequestEntityTooLarge, Code: schema.CodeInvalid, Detail: "the request is larger than " + schema.Size(most.Limit)}
	}
	return problem{Status: schema.HTTPStatus(err), Code: schema.CodeOf(err), Detail: schema.MessageOf(err)}
}

func (a *API) failed(w http.ResponseWriter, r *http.Request, err error) {
	if schema.CodeOf(err) == schema.CodeInternal {
		a.Logger.Error("API request failed", "route", r.Pattern, "error", err)
	}
	if errors.Is(err, intake.ErrBusy) {
		w.Header().Set("Retry-After", strconv.Itoa(int(intake.RetryAfter.Seconds())))
	}
	a.fail(w, r, newProblem(err))
}

// fail writes a problem.
func (a *API) fail(w http.ResponseWriter, _ *http.Request, p problem) {
	p.Title = http.StatusText(p.Status)
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="grader"`)
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may have disconnected
}
