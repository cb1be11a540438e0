package web

import (
	"net/http"
	"net/url"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/intake"
)

// answer is a handler that returns its error; Server.fail turns it into a page.
type answer func(w http.ResponseWriter, r *http.Request) error

// personal is an answer to a signed-in user.
type personal func(w http.ResponseWriter, r *http.Request, user schema.User) error

// routes is the whole site. The patterns are the metrics' closed set of labels. Whatever
// is not a submission stands below "/-/", which no course, assignment or owner is called.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	s.machineRoutes(mux)
	s.oldRoutes(mux)
	s.open(mux, "GET /{$}", s.serveHome)
	s.open(mux, "GET /-/login", s.serveWelcome)
	s.open(mux, "GET /-/login/{token}", s.serveLogin)
	s.open(mux, "POST /-/login/{token}", s.redeemLogin)
	s.open(mux, "GET /-/sign-in/{service}", s.startSignIn)
	s.open(mux, "GET /-/sign-in/{service}/callback", s.finishSignIn)
	s.open(mux, "POST /-/logout", s.signOut)
	s.member(mux, "GET /-/sessions", s.serveSessions)
	s.form(mux, "POST /-/sessions/end", s.endAllSessions)
	s.form(mux, "POST /-/sessions/{id}/end", s.endOneSession)
	s.member(mux, "GET /-/tokens", s.serveTokens)
	s.form(mux, "POST /-/tokens", s.createToken)
	s.form(mux, "POST /-/tokens/{name}/revoke", s.revokeToken)
	s.member(mux, "GET /-/queue", s.serveQueue)
	s.member(mux, "GET /-/operations", s.serveOperations)
	s.form(mux, "POST /-/queue/move", s.moveQueue)
	s.form(mux, "POST /-/pools/{flavour}/mode", s.setPoolMode)
	s.form(mux, "POST /-/pools/{flavour}/size", s.resizePool)
	s.member(mux, "GET /{course}", s.serveCourse)
	s.member(mux, "GET /{course}/{assignment}", s.serveAssignment)
	s.member(mux, "GET /{course}/{assignment}/-/grid", s.serveClass)
	s.fileForm(mux, "POST /{course}/{assignment}/-/upload", intake.MaxBody, s.upload)
	s.testsRoutes(mux)
	s.gradeRoutes(mux)
	s.peopleRoutes(mux)
	s.member(mux, "GET /{course}/{assignment}/{owner}", s.serveOwner)
	s.member(mux, "GET /{course}/{assignment}/{owner}/{number}", s.serveSubmission)
	s.member(mux, "GET /{course}/{assignment}/{owner}/{number}/-/events", s.serveEvents)
	s.member(mux, "GET /{course}/{assignment}/{owner}/{number}/-/files", s.serveFiles)
	s.member(mux, "GET /{course}/{assignment}/{owner}/{number}/-/files/{path...}", s.serveFile)
	s.member(mux, "GET /{course}/{assignment}/{owner}/{number}/-/receipt", s.serveReceipt)
	s.form(mux, "POST /{course}/{assignment}/{owner}/{number}/-/mark", s.markSubmission)
	s.form(mux, "POST /{course}/{assignment}/{owner}/{number}/-/rerun", s.rerunSubmission)
	s.member(mux, "GET /{course}/{$}", redirectToParent)
	s.member(mux, "GET /{course}/{assignment}/{$}", redirectToParent)
	s.open(mux, "/", s.serveNothing)
	return s.protected(s.withAPI(mux))
}

// gradeRoutes are the pages by which staff change times and grades.
func (s *Server) gradeRoutes(mux *http.ServeMux) {
	s.member(mux, "GET /{course}/-/times", s.serveTimes)
	s.form(mux, "POST /{course}/-/times/outage", s.recordOutage)
	s.form(mux, "POST /{course}/-/times/late-days", s.setLateDays)
	const task = " /{course}/{assignment}/-/"
	s.member(mux, "GET"+task+"extensions", s.serveExtensions)
	s.form(mux, "POST"+task+"extensions", s.grantExtension)
	s.form(mux, "POST"+task+"extensions/{id}/end", s.endExtension)
	s.member(mux, "GET"+task+"adjustments", s.serveAdjustments)
	s.form(mux, "POST"+task+"adjustments", s.adjust)
	s.form(mux, "POST"+task+"adjustments/{id}/end", s.endAdjustment)
	s.member(mux, "GET"+task+"regrades", s.serveRegrades)
	s.form(mux, "POST"+task+"regrades", s.createRegrade)
	s.member(mux, "GET"+task+"regrades/{id}", s.serveRegrade)
	s.form(mux, "POST"+task+"regrades/{id}/apply", s.changeRegrade(func(r *classroom.Regrades) regradeAction { return r.Apply }, "regrade-applied"))
	s.form(mux, "POST"+task+"regrades/{id}/discard", s.changeRegrade(func(r *classroom.Regrades) regradeAction { return r.Discard }, "regrade-discarded"))
	s.form(mux, "POST"+task+"regrades/{id}/undo", s.changeRegrade(func(r *classroom.Regrades) regradeAction { return r.Undo }, "regrade-undone"))
}

// testsRoutes are the pages by which instructors make and edit assignments.
func (s *Server) testsRoutes(mux *http.ServeMux) {
	s.member(mux, "GET /{course}/-/new", s.serveNewAssignment)
	s.form(mux, "POST /{course}/-/new", s.makeAssignment)
	const tests = " /{course}/{assignment}/-/tests"
	s.member(mux, "GET"+tests, s.serveTests)
	s.form(mux, "POST"+tests+"/open", s.openTestsFile)
	s.fileForm(mux, "POST"+tests+"/upload", intake.MaxBody, s.uploadTests)
	s.sizedForm(mux, "POST"+tests+"/case", editBody, s.addCase)
	s.form(mux, "POST"+tests+"/delete", s.deleteTestsFile)
	s.sizedForm(mux, "POST"+tests+"/validate", editBody, s.checkTests)
	s.member(mux, "GET"+tests+"/files/{path...}", s.serveTestsFile)
	s.sizedForm(mux, "POST"+tests+"/files/{path...}", editBody, s.saveTestsFile)
	s.member(mux, "GET"+tests+"/versions/{id}", s.serveVersion)
	s.form(mux, "POST"+tests+"/versions/{id}/activate", s.activateVersion)
}

// peopleRoutes are the pages on who is in a course and what they got.
func (s *Server) peopleRoutes(mux *http.ServeMux) {
	s.member(mux, "GET /{course}/{assignment}/-/publication", s.servePublication)
	s.form(mux, "POST /{course}/{assignment}/-/publication", s.publish)
	s.member(mux, "GET /{course}/{assignment}/-/teams", s.serveTeams)
	s.form(mux, "POST /{course}/{assignment}/-/teams/{verb}", s.changeTeams)
	s.member(mux, "GET /{course}/-/settings", s.serveCourseFile)
	s.sizedForm(mux, "POST /{course}/-/settings", editBody, s.saveCourseFile)
	s.form(mux, "POST /{course}/{assignment}/{owner}/{number}/-/comments", s.addComment)
	s.form(mux, "POST /{course}/{assignment}/{owner}/{number}/-/comments/{id}/remove", s.removeComment)
	s.member(mux, "GET /{course}/-/roster", s.serveRoster)
	s.form(mux, "POST /{course}/-/roster/enrol", s.enrol)
	s.form(mux, "POST /{course}/-/roster/unenrol", s.unenrol)
	s.fileForm(mux, "POST /{course}/-/roster/import", fileBody, s.importRoster)
	s.member(mux, "GET /{course}/-/grades", s.serveLedger)
	s.member(mux, "GET /{course}/-/exports", s.serveExports)
	s.fileForm(mux, "POST /{course}/-/exports", fileBody, s.export)
	s.member(mux, "GET /{course}/-/audit", s.serveAudit)
}

// machineRoutes are the paths that no person reads; they know no sessions.
func (s *Server) machineRoutes(mux *http.ServeMux) {
	handle := func(pattern string, h http.Handler) { s.handle(mux, pattern, h) }
	handle("GET /-/static/{name}", s.assets)
	handle("GET /favicon.ico", http.HandlerFunc(s.assets.serveIcon))
	handle("GET /robots.txt", http.HandlerFunc(serveRobots))
	handle("GET /healthz", http.HandlerFunc(serveHealth))
	handle("GET /readyz", http.HandlerFunc(s.serveReady))
	handle("GET /-/receipt-key", http.HandlerFunc(s.serveReceiptKey))
	if s.GitHub != nil {
		handle("POST /-/github/webhook", s.GitHub)
	}
	handle("GET /metrics", loopbackOnly(s.meters.handler(s.Metrics)))
}

// oldRoutes lead from addresses that the site had before to those that it has now.
func (s *Server) oldRoutes(mux *http.ServeMux) {
	s.open(mux, "GET /login", func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, "/-/login", http.StatusMovedPermanently)
		return nil
	})
	s.open(mux, "GET /login/{token}", func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, "/-/login/"+url.PathEscape(r.PathValue("token")), http.StatusSeeOther)
		return nil
	})
}

// open registers a page for everybody.
func (s *Server) open(mux *http.ServeMux, pattern string, h answer) {
	s.limited(mux, pattern, smallBody, h)
}

// limited registers a page whose requests have at most so many bytes.
func (s *Server) limited(mux *http.ServeMux, pattern string, most int64, h answer) {
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, most)
		known, err := s.withSession(r)
		if err == nil {
			err = h(w, known)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
	s.handle(mux, pattern, page)
}

// handle registers what answers a pattern, and notes the pattern.
func (s *Server) handle(mux *http.ServeMux, pattern string, h http.Handler) {
	s.patterns = append(s.patterns, pattern)
	mux.Handle(pattern, s.meters.measured(pattern, h))
}

// member registers a page for a signed-in user. To others every such path
// looks the same, whether or not there is anything behind it.
func (s *Server) member(mux *http.ServeMux, pattern string, h personal) {
	s.open(mux, pattern, func(w http.ResponseWriter, r *http.Request) error {
		user, err := s.user(r)
		if err != nil {
			return err
		}
		return h(w, r, user)
	})
}

// serveNothing answers whatever no other route does.
func (s *Server) serveNothing(_ http.ResponseWriter, r *http.Request) error {
	if _, err := s.user(r); err != nil {
		return err
	}
	return errNowhere()
}

// redirectToParent takes the trailing slash off a path whose parts are well-formed.
func redirectToParent(w http.ResponseWriter, r *http.Request, _ schema.User) error {
	to := "/" + r.PathValue("course")
	if schema.Segment("course", r.PathValue("course")) != nil {
		return errNowhere()
	}
	if name := r.PathValue("assignment"); name != "" {
		if schema.Segment("assignment", name) != nil {
			return errNowhere()
		}
		to += "/" + name
	}
	http.Redirect(w, r, to, http.StatusMovedPermanently)
	return nil
}

// errNowhere is the one thing that is said of a page that is not there and of a
// page that is not for the asker.
func errNowhere() error {
	return schema.Errorf(schema.CodeNotFound, "there is no such page, or it is not yours to see")
}
