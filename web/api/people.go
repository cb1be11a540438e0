package api

import (
	"strconv"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// me is the person who sends the request, with their token.
type me struct {
	Login   string       `json:"login"`
	Name    string       `json:"name"`
	Email   string       `json:"email"`
	Admin   bool         `json:"admin"`
	Token   tables.Token `json:"token"`
	Courses []courseInfo `json:"courses"`
}

// courseInfo is a course with the person's role.
type courseInfo struct {
	Code      string      `json:"code"`
	Title     string      `json:"title"`
	Timezone  string      `json:"timezone"`
	Role      schema.Role `json:"role,omitempty"` // absent: an administrator who is not enrolled
	Dropped   bool        `json:"dropped,omitempty"`
	Attention []string    `json:"attention,omitempty"` // for staff: problems of the course; only in the reply for a single course
}

func newCourseInfo(c schema.Course, role schema.Role) courseInfo {
	return courseInfo{Code: c.Code, Title: c.Title, Timezone: c.Zone, Role: role}
}

func (a *API) peopleRoutes() []route {
	return []route{
		get("/me", "getMe", "Who the token acts as, and in which courses", showMe),
		list("/me/tokens", "listTokens", "The person's API tokens, without their secrets", listTokens, func(t tables.Token) string { return t.Name }),
		act("DELETE", "/me/tokens/{name}", "revokeToken", "End an API token at once", revokeToken),
		list("/users", "listUsers", "Every account; for administrators", listUsers, func(u tables.User) string { return u.Login }),
		get("/audit", "listAudit", "Who did what in all courses, newest first; for administrators", listAudit, append(auditQuery(), parameter{name: "course", kind: "string", help: "only entries of this course"})...),
		get("/queue", "getQueue", "Numbers of waiting jobs; for staff also the state of pools and runners", showQueue),
		list("/measurements", "listMeasurements", "How the queues did over a time, oldest first; for staff", listMeasurements, func(m measurement) string { return m.Flavour + "@" + m.At.Format(time.RFC3339Nano) }, option("over", "the time; a day if absent", "hour", "day", "term")),
		list("/pools", "listPools", "The runners of each flavour, and why there are so many; for staff", listPools, func(p tables.Pool) string { return p.Flavour }),
		list("/runners", "listRunners", "Every runner; for staff", listRunners, func(r tables.Runner) string { return r.Runner + "@" + r.Since.UTC().Format(time.RFC3339Nano) }),
		list("/flavours", "listFlavours", "The flavours that the server has; for staff", listFlavours, func(f schema.Flavour) string { return f.Name }),
		file("/receipt-key", "getReceiptKey", "The public key that checks receipts", "text/plain", showReceiptKey),
	}
}

func showMe(c *call) (me, error) {
	u := c.by.User
	is := me{Login: u.Login, Name: u.Name, Email: u.Email, Admin: u.Admin, Token: tables.PublicToken(c.token)}
	is.Token.UsedAt = time.Time{} // it is in use now
	var err error
	is.Courses, err = enrolled(c)
	return is, err
}

// enrolled returns the courses of the person.
func enrolled(c *call) ([]courseInfo, error) {
	all, err := c.Accounts.Enrolments(c.ctx(), c.by.User.ID)
	if err != nil {
		return nil, err
	}
	courses := make([]courseInfo, 0, len(all))
	for _, e := range all {
		courses = append(courses, newCourseInfo(e.Course, e.Role))
	}
	return courses, nil
}

func listTokens(c *call) ([]tables.Token, error) {
	all, err := c.Classroom.Tokens.List(c.ctx(), c.by, "")
	return tables.PublicTokens(all), err
}

func revokeToken(c *call) (tables.Token, error) {
	ended, err := c.Classroom.Tokens.Revoke(c.ctx(), c.by, "", c.path("name"))
	return tables.PublicToken(ended), err
}

func listUsers(c *call) ([]tables.User, error) {
	all, err := c.Classroom.Accounts.Users(c.ctx(), c.by)
	users := make([]tables.User, 0, len(all))
	for _, u := range all {
		users = append(users, tables.PublicUser(u))
	}
	return users, err
}

// auditQuery returns the parameters that select entries of the audit log.
func auditQuery() []parameter {
	return []parameter{
		{name: "actor", kind: "string", help: "only actions of this login; operator is the person who runs grader admin on the server"},
		{name: "subject", kind: "string", help: "only actions on this login, submission or course"},
		{name: "action", kind: "string", help: "only this action, such as key.remove, or all of user"},
		{name: "since", kind: "string", help: "only the last so long, such as 24h"},
		{name: "after", kind: "integer", help: "id of the entry that the page begins after, which is the next older one"},
		{name: "limit", kind: "integer", help: "entries on a page, from 1 to 10000; 100 if absent"},
	}
}

func listAudit(c *call) ([]tables.Entry, error) { return auditOf(c, c.text("course")) }

func auditOf(c *call, code string) ([]tables.Entry, error) {
	q := schema.AuditQuery{Course: code, Actor: c.text("actor"), Subject: c.text("subject"), Action: c.text("action"), Before: int64(c.number("after", 0)), Limit: c.number("limit", pageSize)}
	if text := c.text("since"); text != "" {
		since, err := time.ParseDuration(text)
		if err != nil || since < 0 {
			return nil, schema.Errorf(schema.CodeInvalid, "since=%q: write a length such as 24h", text)
		}
		q.Since = c.Clock().Add(-since)
	}
	all, more, err := c.Classroom.Audit.Page(c.ctx(), c.by, q)
	if err != nil {
		return nil, err
	}
	if more {
		c.follow("after", strconv.FormatInt(all[len(all)-1].ID, 10))
	}
	return tables.PublicAudit(all), nil
}

func showQueue(c *call) (tables.Queue, error) {
	report, err := c.Classroom.Queue.Show(c.ctx(), c.by)
	return tables.NewQueue(report), err
}

// machines returns the pools and runners of the queue, which only staff can see.
func machines(c *call) (pools []schema.PoolState, runners []schema.RunnerState, err error) {
	report, err := c.Classroom.Queue.Show(c.ctx(), c.by)
	if err == nil && !report.Staff {
		err = schema.Errorf(schema.CodeForbidden, "only the staff of a course see how the runners do")
	}
	return report.Pools, report.Runners, err
}

func listPools(c *call) ([]tables.Pool, error) {
	states, _, err := machines(c)
	pools := make([]tables.Pool, 0, len(states))
	for _, p := range states {
		pools = append(pools, tables.NewPool(p))
	}
	return pools, err
}

func listRunners(c *call) ([]tables.Runner, error) {
	_, states, err := machines(c)
	runners := make([]tables.Runner, 0, len(states))
	for _, s := range states {
		runners = append(runners, tables.NewRunner(s, c.Clock()))
	}
	return runners, err
}

// measurement describes the queue of a flavour in a period.
type measurement struct {
	Flavour     string    `json:"flavour"`
	At          time.Time `json:"at"`
	Seconds     int       `json:"seconds"`     // length of the period
	Waiting     int       `json:"waiting"`     // the highest number of waiting jobs
	Verdicts    int       `json:"verdicts"`    // jobs that ended with a result
	Wait50      float64   `json:"wait_p50"`    // seconds that pushes waited for a runner, median
	Wait95      float64   `json:"wait_p95"`    // and 95th percentile
	Utilisation float64   `json:"utilisation"` // share of runners that were busy, 0 to 1
}

func listMeasurements(c *call) ([]measurement, error) {
	over, err := classroom.ParseOver(c.text("over"))
	if err != nil {
		return nil, err
	}
	all, err := c.Classroom.Operations.History(c.ctx(), c.by, over)
	shown := make([]measurement, 0, len(all))
	for _, m := range all {
		shown = append(shown, measurement{m.Flavour, m.At.UTC(), int(m.Span.Seconds()), m.Waiting, m.Verdicts, m.Wait50.Seconds(), m.Wait95.Seconds(), m.Utilisation()})
	}
	return shown, err
}

func listFlavours(c *call) ([]schema.Flavour, error) {
	states, _, err := machines(c)
	flavours := make([]schema.Flavour, 0, len(states))
	for _, p := range states {
		flavours = append(flavours, p.Flavour)
	}
	return flavours, err
}

func showReceiptKey(c *call) (document, error) {
	key, err := c.Classroom.Receipts.PublicKey()
	return document{media: "text/plain; charset=utf-8", data: []byte(key)}, err
}
