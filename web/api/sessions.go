package api

import (
	"time"

	"github.com/grader/grader/schema"
)

// session is a browser in which the person is signed in.
type session struct {
	ID      string    `json:"id"` // identifies the session; cannot be used to sign in
	Browser string    `json:"browser,omitempty"`
	Way     string    `json:"way,omitempty"` // the sign-in service; "": a link from the terminal
	MadeAt  time.Time `json:"made_at"`
	UsedAt  time.Time `json:"used_at"`
	Expires time.Time `json:"expires_at"`
}

// waiting is a submission of the person or their team whose job has not ended.
type waiting struct {
	Name  string       `json:"name"`
	State schema.State `json:"state"`
	Place *place       `json:"place,omitempty"` // while it is queued
}

func (a *API) sessionRoutes() []route {
	return []route{
		list("/me/sessions", "listSessions", "The browsers in which the person is signed in", listSessions, func(s session) string { return s.ID }),
		act("DELETE", "/me/sessions/{id}", "endSession", "Sign one browser out", endSession),
		list("/me/waiting", "listWaiting", "The person's submissions that wait or run, with their places in the queue", listWaiting, func(w waiting) string { return w.Name }),
	}
}

func listSessions(c *call) ([]session, error) {
	all, err := c.Classroom.Accounts.Sessions(c.ctx(), c.by, "")
	sessions := make([]session, 0, len(all))
	for _, s := range all {
		sessions = append(sessions, session{s.ID, s.Browser, s.Way, s.MadeAt.UTC(), s.UsedAt.UTC(), s.Expires.UTC()})
	}
	return sessions, err
}

func endSession(c *call) (none, error) {
	return none{}, c.Classroom.Accounts.EndSession(c.ctx(), c.by, "", c.path("id"))
}

func listWaiting(c *call) ([]waiting, error) {
	own, err := c.Classroom.Queue.Own(c.ctx(), c.by)
	all := make([]waiting, 0, len(own))
	for _, sub := range own {
		one := waiting{Name: sub.Name.String(), State: sub.Job.State}
		if sub.Job.State == schema.StateQueued {
			is := newPlace(sub.Place)
			one.Place = &is
		}
		all = append(all, one)
	}
	return all, err
}
