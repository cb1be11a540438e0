package github

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"

	"github.com/google/go-github/v60/github"

	"github.com/grader/grader/schema"
)

// maxVisibilities bounds how many repositories' visibilities are remembered.
const maxVisibilities = 10_000

// visibilities remembers GitHub's answers about who may read a repository, so that an unchanged answer does not count
// against the limit of requests.
type visibilities struct {
	mu sync.Mutex
	by map[string]visibility // by ORGANISATION/NAME
}

type visibility struct {
	etag   string
	public bool
}

func (v *visibilities) get(repository string) visibility {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.by[repository]
}

// put remembers an answer. Any other one is forgotten if there are too many.
func (v *visibilities) put(repository string, is visibility) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.by == nil {
		v.by = make(map[string]visibility)
	}
	for other := range v.by {
		if len(v.by) < maxVisibilities {
			break
		}
		delete(v.by, other)
	}
	v.by[repository] = is
}

// permitted returns the status that may be written now. It asks GitHub who may read the repository before a status
// that shows a grade, because announcements of changes may be missing. It returns the status for everybody if the
// repository is public, or if GitHub does not say.
func (s *StatusSender) permitted(ctx context.Context, t *target, about schema.GitHubStatus, is schema.CommitStatus) (schema.CommitStatus, error) {
	open, err := s.Classroom.OpenStatus(ctx, about)
	if err != nil || fingerprint(open) == fingerprint(is) {
		return is, err
	}
	public, err := s.public(ctx, t)
	if isRefusal(err) {
		return open, nil
	}
	if public {
		is = open
	}
	return is, err
}

// public asks GitHub whether people other than the organisation's members and teams may read the repository.
func (s *StatusSender) public(ctx context.Context, t *target) (bool, error) {
	name := t.owner + "/" + t.repository
	request, err := t.api.api.NewRequest(http.MethodGet, "repos/"+url.PathEscape(t.owner)+"/"+url.PathEscape(t.repository), nil)
	if err != nil {
		return false, err
	}
	last := s.visibilities.get(name)
	if last.etag != "" {
		request.Header.Set("If-None-Match", last.etag)
	}
	var is repository
	response, err := t.api.api.Do(ctx, request, &is)
	if failed := new(github.ErrorResponse); errors.As(err, &failed) && failed.Response != nil && failed.Response.StatusCode == http.StatusNotModified && last.etag != "" {
		return last.public, nil
	}
	if err != nil {
		return false, t.failed(err)
	}
	s.visibilities.put(name, visibility{etag: response.Header.Get("ETag"), public: is.public()})
	return is.public(), nil
}
