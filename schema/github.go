package schema

import "time"

// ChannelGitHub is a push to a repository at GitHub.
const ChannelGitHub Channel = "github"

// Kinds of outbox entries about GitHub.
const (
	OutgoingGitHubPush   = "github.push"   // a GitHubPush that was announced and is to be fetched
	OutgoingGitHubStatus = "github.status" // a GitHubStatus that is to be shown at a commit
)

// GitHubAccount is an account at a GitHub. Its ID stays the same when the login changes.
type GitHubAccount struct {
	Host  string // address of the GitHub: "https://github.com"
	ID    int64
	Login string // as it was last seen
}

// GitHubCommit is a commit in a repository at GitHub.
type GitHubCommit struct {
	Repository   string `json:"repository"` // ORGANISATION/NAME
	RepositoryID int64  `json:"repository_id"`
	Installation int64  `json:"installation,omitempty"` // of our App, 0 for unknown
	Commit       string `json:"commit"`                 // hex
	// Public says that everybody may read the repository, so that no grade may be shown there.
	Public bool `json:"public,omitempty"`
}

// GitHubPush is a push that GitHub announced.
type GitHubPush struct {
	GitHubCommit
	Delivery   string    `json:"delivery"` // id of the announcement
	SenderID   int64     `json:"sender_id"`
	Sender     string    `json:"sender"` // login of who pushed
	Late       bool      `json:"late,omitempty"`
	Forced     bool      `json:"forced,omitempty"`
	ReceivedAt time.Time `json:"received_at"` // by us: the time that counts
	// PushedAt is when GitHub received the push, to the second; zero: it did not say. It orders
	// the pushes to a repository and is used for nothing else.
	PushedAt time.Time `json:"pushed_at,omitzero"`
}

// GitHubStatus is what a commit's status is to be about: a submission, a version of tests, or a
// push that was refused. Its state is read when it is delivered.
type GitHubStatus struct {
	GitHubCommit
	Submission SubmissionName `json:"submission,omitzero"`
	Tests      string         `json:"tests,omitempty"`   // COURSE/ASSIGNMENT
	Refused    string         `json:"refused,omitempty"` // why
	Page       string         `json:"page,omitempty"`    // path of the page at which what was refused can be mended
	// Openly says that Refused tells nothing of the grade, so that everybody may read it.
	Openly bool `json:"openly,omitempty"`
}

// StatusState is the state of a commit's status at GitHub.
type StatusState string

// The states.
const (
	StatusPending StatusState = "pending"
	StatusSuccess StatusState = "success"
	StatusFailure StatusState = "failure" // of the pushed work
	StatusError   StatusState = "error"   // of ours
)

// CommitStatus is what everybody who can read a repository may read of a push to it.
type CommitStatus struct {
	State       StatusState
	Description string // a line
	Page        string // path of the page below the site's root, "" for none
	Summary     string // Markdown
	Annotations []Annotation
}

// Annotation is a message about a line of a file.
type Annotation struct {
	Path    string // below the root of the repository
	Line    int    // from 1
	Warning bool   // otherwise an error
	Message string
}

// FetchedPush is a commit of another server that becomes a push to this one.
type FetchedPush struct {
	Path     string // of the repository here
	Commit   string // hex
	Late     bool   // being late is meant
	Received time.Time
	URL      string // of the repository there
	Header   string // of requests there: "Authorization: Basic …"; "" for none
}
