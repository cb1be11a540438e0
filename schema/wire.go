package schema

import "time"

// Protocol is the version of the messages between runners and the control plane. The control plane
// rejects runners of another version with a message.
const Protocol = 3

// RunnerAPI is the root of the runners' HTTP interface, JSON in both directions unless noted.
// All requests but register carry "Authorization: Bearer <Secret>"; errors are ErrorReply.
//
//	POST /runner/v1/register                              Register → Registered
//	POST /runner/v1/claim?wait=25s                        → 200 Order, or 204: nothing yet
//	GET  /runner/v1/jobs/{id}/{submission|tests}.tar      → tar of that tree
//	GET  /runner/v1/jobs/{id}/prepared.tar                → tar, or 404: not prepared yet
//	PUT  /runner/v1/jobs/{id}/prepared.tar?attempt=N      tar; only before the job's first EventBuild, first writer wins
//	POST /runner/v1/jobs/{id}/autograder?order=JSON       tar → AutograderRun; JSON is an AutograderOrder
//	POST /runner/v1/jobs/{id}/heartbeat                   Heartbeat → Lease; 409: stale, stop now
//	POST /runner/v1/jobs/{id}/events?attempt=N&first=S    NDJSON of Event; S is the sender's own count, for idempotent repeats
//	POST /runner/v1/jobs/{id}/result?attempt=N            Result
const RunnerAPI = "/runner/v1"

// Credential is the JSON that a pool passes to a runner that it starts, over a pipe and never in
// arguments or the environment. It has a Token or an Identity.
type Credential struct {
	URL        string `json:"url"`              // of the control plane: "http://HOST:PORT", "https://…" or "unix:/PATH"
	CA         string `json:"ca,omitempty"`     // certificates, as PEM, that sign the URL's; "" is the system's
	Runner     string `json:"runner,omitempty"` // the pool's id of the runner
	Flavour    string `json:"flavour"`
	Token      string `json:"token,omitempty"`      // used up by Register
	Identity   string `json:"identity,omitempty"`   // a signed JWT, valid for one Register
	Image      string `json:"image,omitempty"`      // content id of the runner's image, as the driver reports it
	Background bool   `json:"background,omitempty"` // another ready runner of the flavour waits, so this one runs at low priority
	Leash      bool   `json:"leash,omitempty"`      // the pipe stays open while the pool lives; when it closes, the runner ends
}

// Register is a runner's first message. The runner authenticates by its one-time Token, or by
// an Identity that its cluster signed.
type Register struct {
	Protocol int    `json:"protocol"`
	Token    string `json:"token,omitempty"`
	Identity string `json:"identity,omitempty"` // a signed JWT; the flavour's pool checks it
	Flavour  string `json:"flavour"`
	Version  string `json:"version"` // of the grader binary
	Image    string `json:"image"`   // content id or hash of the toolchain's versions
	Wall     string `json:"wall"`
	Host     string `json:"host"`
}

// Registered answers Register. Secret is the session's bearer token; the store keeps only its
// hash.
type Registered struct {
	Runner  string  `json:"runner"`
	Secret  string  `json:"secret"`
	Flavour Flavour `json:"flavour"`
}

// Order is one claimed job: everything that a runner needs except the trees.
type Order struct {
	Protocol   int           `json:"protocol"`
	Job        int64         `json:"job"`
	Attempt    int           `json:"attempt"`
	Kind       JobKind       `json:"kind"`
	Name       string        `json:"name"`       // canonical submission name, or COURSE/ASSIGNMENT for a gate
	Submission Tree          `json:"submission"` // zero for a gate: it grades solution/ of the tests
	Tests      Tree          `json:"tests"`
	ReceivedAt time.Time     `json:"received_at,omitzero"` // when the submission came; zero for a gate
	Zone       string        `json:"zone"`                 // of the course
	Limits     StepLimits    `json:"limits"`               // the course's defaults when the tests were pushed
	Pins       Pins          `json:"pins"`
	Gate       GatePart      `json:"gate"` // for JobGate, the part that this job runs
	Flavour    Flavour       `json:"flavour"`
	Background bool          `json:"background,omitempty"` // nobody waits for it, so it runs at low priority
	Lane       Lane          `json:"-"`                    // of the queue, for the server only
	Lease      time.Duration `json:"lease"`                // how long until a heartbeat is due
}

// Tree names a commit's tree in one of the server's repositories.
type Tree struct {
	Repository int64  `json:"repository"`
	Commit     string `json:"commit"`
	Tree       string `json:"tree"`
}

// Heartbeat extends a job's lease.
type Heartbeat struct {
	Attempt int `json:"attempt"`
}

// Lease answers a heartbeat. For is how long the runner keeps the job without another heartbeat.
type Lease struct {
	For time.Duration `json:"for"`
}

// ErrorReply is the body of every error response.
type ErrorReply struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
}
