package github

import (
	"encoding/json"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// payload holds the used fields of the events push, public and repository. It replaces the library's type, which
// cannot read an event in which any field has an unknown form, such as a custom property of the
// repository with several values. Such a push would be lost.
type payload struct {
	Action     string `json:"action"` // of a repository event
	Ref        string `json:"ref"`
	After      string `json:"after"`
	Deleted    bool   `json:"deleted"`
	Forced     bool   `json:"forced"`
	HeadCommit struct {
		Message string `json:"message"`
	} `json:"head_commit"`
	Repository repository `json:"repository"`
	Sender     struct {
		ID    int64  `json:"id"`
		Login string `json:"login"`
	} `json:"sender"`
	Installation struct {
		ID int64 `json:"id"`
	} `json:"installation"`
}

// repository holds the used fields of a repository, in events and in answers of the API.
type repository struct {
	ID            int64  `json:"id"`
	FullName      string `json:"full_name"`
	Private       bool   `json:"private"`
	Visibility    string `json:"visibility"` // "public", "private", "internal"
	DefaultBranch string `json:"default_branch"`

	PushedAt  json.RawMessage `json:"pushed_at"`  // seconds since 1970, or as RFC 3339
	UpdatedAt json.RawMessage `json:"updated_at"` // as pushed_at
}

// readPush returns the used fields of a push event, or why the push is ignored. GitHub has
// authenticated the sender, but not the authors of the commits. CodeInvalid: the body is not a push
// event.
func readPush(body []byte) (p schema.GitHubPush, ignored string, err error) {
	var e payload
	if err := json.Unmarshal(body, &e); err != nil {
		return p, "", schema.Wrapf(schema.CodeInvalid, err, "the payload is not that of a push")
	}
	if ignored = e.ignored(); ignored != "" {
		return p, ignored, nil
	}
	p.GitHubCommit = schema.GitHubCommit{
		Repository: e.Repository.FullName, RepositoryID: e.Repository.ID, Installation: e.Installation.ID, Commit: e.After, Public: e.Repository.public(),
	}
	p.SenderID, p.Sender = e.Sender.ID, schema.Excerpt(schema.Sanitize(e.Sender.Login), 60)
	p.PushedAt = instant(e.Repository.PushedAt)
	p.Forced, p.Late = e.Forced, strings.Contains(e.HeadCommit.Message, lateMark)
	return p, "", nil
}

// ignored returns why a push is not graded, "" if it is.
func (e payload) ignored() string {
	branch := "main"
	if e.Repository.DefaultBranch != "" {
		branch = e.Repository.DefaultBranch
	}
	switch {
	case strings.HasPrefix(e.Ref, "refs/tags/"):
		return "tags are not graded"
	case e.Deleted:
		return "the branch was deleted; what was handed in stays"
	case e.Ref != "refs/heads/"+branch:
		return "only the branch " + shown(branch) + " is graded, and this is " + shown(e.Ref)
	case !commitPattern.MatchString(e.After) || strings.Trim(e.After, "0") == "":
		return "it names no commit"
	case !e.namesRepository():
		return "it names no repository"
	case e.Sender.ID <= 0:
		return "it names no sender"
	}
	return ""
}

// namesRepository reports whether the event has a valid name and id of a repository.
func (e payload) namesRepository() bool {
	name := e.Repository.FullName
	return repositoryPattern.MatchString(name) && path.Clean(name) == name && e.Repository.ID > 0
}

// readVisibility returns who may read a repository after an event public or repository, or why the
// event is ignored. CodeInvalid: the body is not such an event.
func readVisibility(event string, body []byte) (v schema.GitHubVisibility, ignored string, err error) {
	var e payload
	if err := json.Unmarshal(body, &e); err != nil {
		return v, "", schema.Wrapf(schema.CodeInvalid, err, "the payload is not that of the event %s", event)
	}
	opened := event == "public" || e.Action == "publicized"
	switch {
	case !opened && e.Action != "privatized":
		return v, "the action " + shown(e.Action) + " does not change who may read the repository", nil
	case !e.namesRepository():
		return v, "it names no repository", nil
	}
	v.Repository, v.RepositoryID = e.Repository.FullName, e.Repository.ID
	v.Public, v.ChangedAt = opened || e.Repository.public(), instant(e.Repository.UpdatedAt)
	return v, "", nil
}

// public reports whether people other than the organisation's members and teams may read the
// repository. Everybody on an Enterprise Server may read an internal repository.
func (r repository) public() bool {
	return !r.Private || r.Visibility == "public" || r.Visibility == "internal"
}

// instant parses a time in one of the two forms that GitHub uses. It returns the zero time for any
// other form.
func instant(text json.RawMessage) time.Time {
	if seconds, err := strconv.ParseInt(string(text), 10, 64); err == nil && seconds > 0 && seconds < 1<<40 {
		return time.Unix(seconds, 0).UTC()
	}
	var t time.Time
	if err := json.Unmarshal(text, &t); err != nil || t.Unix() <= 0 {
		return time.Time{}
	}
	return t.UTC()
}

// shown returns a name from a payload in a form that is safe in an answer.
func shown(name string) string { return schema.Excerpt(schema.Sanitize(name), 100) }
