package github

import (
	"encoding/base64"
	"strings"

	"github.com/grader/grader/course"
)

// Organisation is an organisation at GitHub whose repositories belong to a course.
type Organisation struct {
	Name        string // as GitHub writes it; case does not matter
	Course      string
	Assignments map[string]string // prefixes of repositories' names, and their assignments
	Tests       map[string]string // names of tests repositories, and their assignments
}

func (o Organisation) names() course.GitHubNames {
	return course.GitHubNames{Course: o.Course, Assignments: o.Assignments, Tests: o.Tests}
}

// organisationOf returns the organisation of a repository, ORGANISATION/NAME, and the repository's
// name in it.
func organisationOf(all []Organisation, repository string) (Organisation, string, bool) {
	owner, name, ok := strings.Cut(repository, "/")
	for _, o := range all {
		if ok && strings.EqualFold(o.Name, owner) {
			return o, name, true
		}
	}
	return Organisation{}, "", false
}

// basicHeader returns the header with which git authenticates with a token.
func basicHeader(token string) string {
	if token == "" {
		return ""
	}
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:"+token))
}
