package web

import (
	"net/http"
	"net/url"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/intake"
)

// routes registers all routes of the site. Pages other than those of a course, an assignment, an
// owner or a submission are below "/-/", because none of these can be named "-".
func (s *Server) routes() http.Handler {
	r := &router{site: s.site, mux: http.NewServeMux()}
	s.machineRoutes(r)
	oldRoutes(r)
	account := &accountPages{site: s.site, logins: newLimiter(), address: s.address}
	accountRoutes(r, account)
	noticeRoutes(r, account)
	studentRoutes(r, &studentPages{s.site})
	submissionRoutes(r, newSubmissionPages(s.site))
	classRoutes(r, &classPages{s.site})
	testsRoutes(r, &testsPages{s.site})
	regradeRoutes(r, &regradePages{s.site})
	operationsRoutes(r, &operationsPages{s.site})
	r.open("/", s.site.serveNothing)
	s.patterns = r.patterns
	return s.protected(s.withAPI(r.mux))
}

// The prefixes of the paths below a course, an assignment and a submission. They follow the method
// in a pattern.
const (
	ofCourse     = " /{course}/-/"
	ofAssignment = " /{course}/{assignment}/-/"
	ofSubmission = " /{course}/{assignment}/{owner}/{number}/-/"
)

// accountRoutes registers the pages for signing in and out, and for a person's own browsers and
// tokens.
func accountRoutes(r *router, p *accountPages) {
	r.open("GET /-/login", p.serveWelcome)
	r.open("GET /-/login/{token}", p.serveLogin)
	r.open("POST /-/login/{token}", p.redeemLogin)
	r.open("GET /-/sign-in/{service}", p.startSignIn)
	r.open("GET /-/sign-in/{service}/callback", p.finishSignIn)
	r.open("POST /-/logout", p.signOut)
	r.member("GET /-/sessions", p.serveSessions)
	r.form("POST /-/sessions/end", p.endAllSessions)
	r.form("POST /-/sessions/{id}/end", p.endOneSession)
	r.member("GET /-/tokens", p.serveTokens)
	r.form("POST /-/tokens", p.createToken)
	r.form("POST /-/tokens/{name}/revoke", p.revokeToken)
}

// noticeRoutes registers the pages for notices by e-mail and webhook. Confirming and unsubscribing
// need no sign-in, because the secret in the link permits them.
func noticeRoutes(r *router, p *accountPages) {
	r.member("GET /-/notifications", p.serveNotices)
	r.form("POST /-/notifications", p.addDestination)
	r.form("POST /-/notifications/{id}/topics", p.chooseTopics)
	r.form("POST /-/notifications/{id}/remove", p.removeDestination)
	r.open("GET /-/notifications/confirm", p.serveConfirmation)
	r.open("POST /-/notifications/confirm", p.confirmDestination)
	r.open("GET /-/unsubscribe/{secret}", p.serveUnsubscription)
	r.open("POST /-/unsubscribe/{secret}", p.unsubscribe)
}

// studentRoutes registers the pages for students. Staff see more on the same pages.
func studentRoutes(r *router, p *studentPages) {
	r.open("GET /{$}", p.serveHome)
	r.member("GET /{course}", p.serveCourse)
	r.member("GET /{course}/{$}", redirectToParent)
	r.member("GET /{course}/{assignment}", p.serveAssignment)
	r.member("GET /{course}/{assignment}/{$}", redirectToParent)
	r.member("GET /{course}/{assignment}/{owner}", p.serveOwner)
	r.fileForm("POST"+ofAssignment+"upload", intake.MaxBody, p.upload)
	r.member("GET"+ofAssignment+"teams", p.serveTeams)
	r.form("POST"+ofAssignment+"teams/{verb}", p.changeTeams)
}

// submissionRoutes registers the pages and actions of one submission.
func submissionRoutes(r *router, p *submissionPages) {
	r.member("GET /{course}/{assignment}/{owner}/{number}", p.serveSubmission)
	r.member("GET"+ofSubmission+"events", p.serveEvents)
	r.member("GET"+ofSubmission+"files", p.serveFiles)
	r.member("GET"+ofSubmission+"files/{path...}", p.serveFile)
	r.member("GET"+ofSubmission+"receipt", p.serveReceipt)
	r.form("POST"+ofSubmission+"mark", p.markSubmission)
	r.form("POST"+ofSubmission+"rerun", p.rerunSubmission)
	r.form("POST"+ofSubmission+"comments", p.addComment)
	r.form("POST"+ofSubmission+"comments/{id}/remove", p.removeComment)
}

// classRoutes registers the staff's pages on a class: its people, grades and times.
func classRoutes(r *router, p *classPages) {
	r.member("GET"+ofAssignment+"grid", p.serveClass)
	r.member("GET"+ofAssignment+"extensions", p.serveExtensions)
	r.form("POST"+ofAssignment+"extensions", p.grantExtension)
	r.form("POST"+ofAssignment+"extensions/{id}/end", p.endExtension)
	r.member("GET"+ofAssignment+"adjustments", p.serveAdjustments)
	r.form("POST"+ofAssignment+"adjustments", p.adjust)
	r.form("POST"+ofAssignment+"adjustments/{id}/end", p.endAdjustment)
	r.member("GET"+ofAssignment+"publication", p.servePublication)
	r.form("POST"+ofAssignment+"publication", p.publish)
	r.member("GET"+ofCourse+"times", p.serveTimes)
	r.form("POST"+ofCourse+"times/outage", p.recordOutage)
	r.form("POST"+ofCourse+"times/late-days", p.setLateDays)
	r.member("GET"+ofCourse+"roster", p.serveRoster)
	r.form("POST"+ofCourse+"roster/enrol", p.enrol)
	r.form("POST"+ofCourse+"roster/unenrol", p.unenrol)
	r.sizedForm("POST"+ofCourse+"roster/import", fileBody, p.importRoster)
	r.member("GET"+ofCourse+"grades", p.serveLedger)
	r.member("GET"+ofCourse+"exports", p.serveExports)
	r.sizedForm("POST"+ofCourse+"exports", fileBody, p.export)
	r.member("GET"+ofCourse+"audit", p.serveAudit)
}

// testsRoutes registers the pages on which instructors create and edit assignments and course.yaml.
func testsRoutes(r *router, p *testsPages) {
	r.member("GET"+ofCourse+"new", p.serveNewAssignment)
	r.form("POST"+ofCourse+"new", p.makeAssignment)
	r.member("GET"+ofCourse+"settings", p.serveCourseFile)
	r.sizedForm("POST"+ofCourse+"settings", editBody, p.saveCourseFile)
	r.sizedForm("POST"+ofCourse+"settings/validate", editBody, p.checkCourseFile)
	const tests = ofAssignment + "tests"
	r.member("GET"+tests, p.serveTests)
	r.form("POST"+tests+"/open", p.openTestsFile)
	r.fileForm("POST"+tests+"/upload", intake.MaxBody, p.uploadTests)
	r.sizedForm("POST"+tests+"/case", editBody, p.addCase)
	r.form("POST"+tests+"/delete", p.deleteTestsFile)
	r.sizedForm("POST"+tests+"/validate", editBody, p.checkTests)
	r.member("GET"+tests+"/files/{path...}", p.serveTestsFile)
	r.sizedForm("POST"+tests+"/files/{path...}", editBody, p.saveTestsFile)
	r.member("GET"+tests+"/versions/{id}", p.serveVersion)
	r.form("POST"+tests+"/versions/{id}/activate", p.activateVersion)
}

// regradeRoutes registers the pages for the regrade sets of an assignment.
func regradeRoutes(r *router, p *regradePages) {
	const sets = ofAssignment + "regrades"
	r.member("GET"+sets, p.serveRegrades)
	r.form("POST"+sets, p.createRegrade)
	r.member("GET"+sets+"/{id}", p.serveRegrade)
	r.form("POST"+sets+"/{id}/apply", p.changeRegrade(func(r *classroom.Regrades) regradeAction { return r.Apply }, "regrade-applied"))
	r.form("POST"+sets+"/{id}/discard", p.changeRegrade(func(r *classroom.Regrades) regradeAction { return r.Discard }, "regrade-discarded"))
	r.form("POST"+sets+"/{id}/undo", p.changeRegrade(func(r *classroom.Regrades) regradeAction { return r.Undo }, "regrade-undone"))
}

// operationsRoutes registers the pages for the queue and the runners.
func operationsRoutes(r *router, p *operationsPages) {
	r.member("GET /-/queue", p.serveQueue)
	r.form("POST /-/queue/move", p.moveQueue)
	r.member("GET /-/operations", p.serveOperations)
	r.form("POST /-/pools/{flavour}/mode", p.setPoolMode)
	r.form("POST /-/pools/{flavour}/size", p.resizePool)
}

// machineRoutes registers the paths that programs and browsers request without a session.
func (s *Server) machineRoutes(r *router) {
	r.handle("GET /-/static/{name}", s.assets)
	r.handle("GET /favicon.ico", http.HandlerFunc(s.assets.serveIcon))
	r.handle("GET /robots.txt", http.HandlerFunc(serveRobots))
	r.handle("GET /healthz", http.HandlerFunc(serveHealth))
	r.handle("GET /readyz", http.HandlerFunc(s.serveReady))
	r.handle("GET /-/receipt-key", http.HandlerFunc(s.serveReceiptKey))
	if s.GitHub != nil {
		r.handle("POST /-/github/webhook", s.GitHub)
	}
	r.handle("GET /metrics", loopbackOnly(s.meters.handler(s.Metrics)))
}

// oldRoutes redirects the addresses of earlier versions of the site.
func oldRoutes(r *router) {
	r.open("GET /login", func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, "/-/login", http.StatusMovedPermanently)
		return nil
	})
	r.open("GET /login/{token}", func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, "/-/login/"+url.PathEscape(r.PathValue("token")), http.StatusSeeOther)
		return nil
	})
}

// serveNothing handles requests that no other route matches.
func (s *site) serveNothing(_ http.ResponseWriter, r *http.Request) error {
	if _, err := s.user(r); err != nil {
		return err
	}
	return errNowhere()
}

// redirectToParent removes the trailing slash of a path whose parts are valid names.
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

// errNowhere returns the error for pages that do not exist and for pages that the user may not see,
// so that nobody can tell them apart.
func errNowhere() error {
	return schema.Errorf(schema.CodeNotFound, "there is no such page, or it is not yours to see")
}
