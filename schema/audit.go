package schema

import "time"

// AuditEntry records who did what, through which channel, and what it changed.
type AuditEntry struct {
	ID      int64
	At      time.Time
	Actor   string // login, "operator" or "server"
	Channel Channel
	Action  string // closed set: "user.add", "submission.rerun", …
	Course  string // code of its course, "" for none
	Subject string // changed object: a login, a submission, a course
	Before  string // value before the change
	After   string // value after the change
	Detail  string
}

// AuditQuery selects entries of the audit log. Zero fields do not restrict the selection.
type AuditQuery struct {
	Course  string
	Actor   string
	Action  string // an action, or the part before its dot: "user"
	Subject string
	Since   time.Time
	Before  int64 // only entries with a smaller id
	Limit   int   // maximum number of entries; the newest are returned
}
