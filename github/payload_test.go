package github

import (
	"path"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

// pushEvent is a push event as GitHub sends it, without the fields that hold addresses.
const pushEvent = `{
  "ref": "refs/heads/trunk", "before": "1111111111111111111111111111111111111111", "after": "abababababababababababababababababababab",
  "repository": {"id": 99, "node_id": "R_1", "name": "a1-ada", "full_name": "comp2402-f26/a1-ada", "private": true,
    "owner": {"name": "comp2402-f26", "email": null, "login": "comp2402-f26", "id": 7, "type": "Organization"},
    "description": null, "fork": false, "created_at": 1790000000, "updated_at": "2026-09-28T23:00:00Z", "pushed_at": 1790638867, "license": null,
    "topics": [], "visibility": "private", "forks": 0, "default_branch": "trunk", "master_branch": "trunk", "organization": "comp2402-f26", "custom_properties": {}},
  "pusher": {"name": "ada-ng", "email": "ada@example.org"}, "organization": {"login": "comp2402-f26", "id": 7}, "sender": {"login": "ada-ng", "id": 1234567, "type": "User"},
  "installation": {"id": 7, "node_id": "I_7"}, "created": false, "deleted": false, "forced": false, "base_ref": null,
  "commits": [{"id": "abababababababababababababababababababab", "message": "Fix the ring", "added": ["ring.c"], "removed": [], "modified": []}],
  "head_commit": {"id": "abababababababababababababababababababab", "message": "Fix the ring", "timestamp": "2026-09-28T19:00:00-04:00"}
}`

var pushRead = schema.GitHubPush{
	GitHubCommit: schema.GitHubCommit{Repository: "comp2402-f26/a1-ada", RepositoryID: 99, Installation: 7, Commit: strings.Repeat("ab", 20)}, SenderID: 1234567, Sender: "ada-ng",
	PushedAt: time.Unix(1790638867, 0).UTC(),
}

// TestReadPush checks that a push is read whatever the unused fields hold, because GitHub changes
// those.
func TestReadPush(t *testing.T) {
	t.Parallel()
	with := func(change func(*schema.GitHubPush)) schema.GitHubPush {
		p := pushRead
		change(&p)
		return p
	}
	isPublic := with(func(p *schema.GitHubPush) { p.Public = true })
	for name, c := range map[string]struct {
		old, replaced string
		want          schema.GitHubPush
	}{
		"as it is":                       {`"forks"`, `"forks"`, pushRead},
		"a property with several values": {`"custom_properties": {}`, `"custom_properties": {"years": ["2025", "2026"], "open": null}`, pushRead},
		"a number as a description":      {`"description": null`, `"description": 7`, pushRead},
		"a time as text":                 {`"pushed_at": 1790638867`, `"pushed_at": "2026-09-28T23:41:07Z"`, with(func(p *schema.GitHubPush) { p.PushedAt = time.Date(2026, 9, 28, 23, 41, 7, 0, time.UTC) })},
		"no time":                        {`"pushed_at": 1790638867,`, ``, with(func(p *schema.GitHubPush) { p.PushedAt = time.Time{} })},
		"a time before all":              {`"pushed_at": 1790638867`, `"pushed_at": -5`, with(func(p *schema.GitHubPush) { p.PushedAt = time.Time{} })},
		"a time that is none":            {`"pushed_at": 1790638867`, `"pushed_at": {"at": 1}`, with(func(p *schema.GitHubPush) { p.PushedAt = time.Time{} })},
		"files as null":                  {`"added": ["ring.c"]`, `"added": null`, pushRead},
		"an owner without a login":       {`"login": "comp2402-f26", "id": 7, "type": "Organization"`, `"id": "seven"`, pushRead},
		"public":                         {`"private": true`, `"private": false`, isPublic},
		"internal":                       {`"visibility": "private"`, `"visibility": "internal"`, isPublic},
		"no word of its visibility":      {`"private": true,`, ``, isPublic},
		"by a token of a webhook":        {`"installation": {"id": 7, "node_id": "I_7"}`, `"installation": null`, with(func(p *schema.GitHubPush) { p.Installation = 0 })},
		"forced":                         {`"forced": false`, `"forced": true`, with(func(p *schema.GitHubPush) { p.Forced = true })},
		"a login with an escape":         {`"login": "ada-ng"`, `"login": "ada\u001b[31m"`, with(func(p *schema.GitHubPush) { p.Sender = schema.Sanitize("ada\x1b[31m") })},
	} {
		text := strings.Replace(pushEvent, c.old, c.replaced, 1)
		if !strings.Contains(pushEvent, c.old) {
			t.Fatalf("%s: %s is not there", name, c.old)
		}
		got, ignored, err := readPush([]byte(text))
		if err != nil || ignored != "" {
			t.Errorf("%s: ignored %q, %v", name, ignored, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, body := range []string{"", "null!", "[]", `"push"`, `{"repository": {"id": 1e99}}`, strings.Repeat("[", 100_000)} {
		if _, _, err := readPush([]byte(body)); schema.CodeOf(err) != schema.CodeInvalid || schema.MessageOf(err) != "the payload is not that of a push" {
			t.Errorf("%.20q: %v", body, err)
		}
	}
}

// FuzzReadPush reads payloads of a sender who knows the secret. An accepted payload names a
// repository, a commit and a sender, and contains nothing that a terminal or git would interpret.
func FuzzReadPush(f *testing.F) {
	f.Add([]byte(pushEvent))
	f.Add([]byte(strings.Replace(pushEvent, "trunk", "\\u001b[31m", 1)))
	f.Add([]byte(strings.Replace(pushEvent, "comp2402-f26/a1-ada", "comp2402-f26/..", 1)))
	f.Add([]byte(`{"ref": "refs/heads/main", "after": "--upload-pack=id"}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, ignored, err := readPush(body)
		if words := ignored + p.Sender; words != schema.Sanitize(words) || len(words) > 500 {
			t.Errorf("words of a stranger: %q", words)
		}
		if err != nil || ignored != "" {
			if diff := cmp.Diff(schema.GitHubPush{}, p); diff != "" {
				t.Error(diff)
			}
			return
		}
		if !commitPattern.MatchString(p.Commit) || !repositoryPattern.MatchString(p.Repository) || path.Clean(p.Repository) != p.Repository || p.RepositoryID <= 0 || p.SenderID <= 0 {
			t.Errorf("accepted: %+v", p)
		}
	})
}
