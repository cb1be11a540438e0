package web

import (
	"log/slog"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/web/intake"
	"github.com/grader/grader/web/sse"
)

// site holds what all groups of pages share: the ports, the templates, and the sessions. The
// exported fields are the Server's.
type site struct {
	*visitors
	Classroom  *classroom.Classroom
	Results    Results
	Live       Live
	Handouts   Handouts
	Trees      Trees
	Uploads    Uploads
	Starters   Starters
	SignIn     map[string]SignInService
	SSHAddress string
	Version    string

	now       func() time.Time
	log       *slog.Logger
	templates *pages
	handouts  *handouts
	meters    *meters
	streams   *sse.Streams
	once      *once
	room      *intake.Room    // for large forms
	closing   <-chan struct{} // closed when the server stops
}

// newSite returns the parts that the pages of a server share.
func (s *Server) newSite(templates *pages) *site {
	return &site{
		visitors:  &visitors{sessions: newSessions(s.Sessions, s.now, s.secure()), Accounts: s.Accounts, secure: s.secure()},
		Classroom: s.Classroom, Results: s.Results, Live: s.Live, Handouts: s.Handouts, Trees: s.Trees, Uploads: s.Uploads,
		Starters: s.Starters, SignIn: s.SignIn, SSHAddress: s.SSHAddress, Version: s.Version,
		now: s.now, log: s.logger(), templates: templates, handouts: newHandouts(s.Handouts), meters: s.meters, streams: s.streams, once: newOnce(s.now), room: intake.NewRoom(), closing: s.closing,
	}
}

// The groups of pages. Each has the handlers of one part of the site.
type (
	// studentPages show a person their courses, assignments and submissions, and receive uploads.
	studentPages struct{ *site }
	// submissionPages show one submission: its result, live updates, files and comments.
	submissionPages struct {
		*site
		patches *sse.Shared[string] // of live pages of staff, like the fields below
		finals  *sse.Shared[*final]
		facts   *sse.Shared[*classroom.WorkFacts]
		ends    *sse.Turns // of all live pages, to decide again at the end
	}
	// classPages are for staff: the class, its people, times, grades and exports.
	classPages struct{ *site }
	// testsPages are for instructors: new assignments, the editor of tests, course.yaml.
	testsPages struct{ *site }
	// regradePages make regrade sets and apply them.
	regradePages struct{ *site }
	// operationsPages show the queue and the runners, and control the pools.
	operationsPages struct{ *site }
)

func newSubmissionPages(s *site) *submissionPages {
	return &submissionPages{s, sse.NewShared[string](s.now), sse.NewShared[*final](s.now), sse.NewShared[*classroom.WorkFacts](s.now), sse.NewTurns(endsAtOnce)}
}

// accountPages sign people in and out, and list their browsers and tokens.
type accountPages struct {
	*site
	logins  *limiter
	address func() string // of the site, as browsers reach it, without a slash at the end
}
