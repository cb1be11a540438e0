package course

import (
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// testsSuffix is the suffix of the names of tests repositories at GitHub.
const testsSuffix = "tests"

// GitHubNames says how the repository names of a GitHub organisation map to assignments.
type GitHubNames struct {
	Course      string
	Known       []string          // names of the course's assignments
	Assignments map[string]string // prefixes of repository names that differ from the assignment's name
	Tests       map[string]string // names of tests repositories, and their assignments
}

// GitHubRepository is the purpose of a repository at GitHub.
type GitHubRepository struct {
	Assignment string
	Tests      bool
	Owner      string // the rest of its name: a GitHub login or the name of a team; "" for tests
}

// Repository returns the purpose of the repository with a name. Names have the form
// ASSIGNMENT-OWNER, as GitHub Classroom made them, or ASSIGNMENT-tests. The longest matching
// assignment is used. The viewer is the pusher: a1-bonus-tests has the first tests of a1-bonus if
// the viewer may push tests, and otherwise work for a1. The error is CodeRefused.
func (n GitHubNames) Repository(name string, v Viewer) (GitHubRepository, error) {
	name = strings.ToLower(name)
	for repository, assignment := range n.Tests {
		if strings.ToLower(repository) == name {
			return GitHubRepository{Assignment: assignment, Tests: true}, nil
		}
	}
	var found GitHubRepository
	longest := -1
	try := func(prefix, assignment string) {
		owner, ok := strings.CutPrefix(name, strings.ToLower(prefix)+"-")
		if ok && owner != "" && len(prefix) > longest {
			longest, found = len(prefix), GitHubRepository{Assignment: assignment, Owner: owner}
		}
	}
	for prefix, assignment := range n.Assignments {
		try(prefix, assignment)
	}
	for _, assignment := range n.Known {
		try(assignment, assignment)
	}
	if found.Owner == testsSuffix {
		return GitHubRepository{Assignment: found.Assignment, Tests: true}, nil
	}
	if assignment, ok := strings.CutSuffix(name, "-"+testsSuffix); ok && schema.Segment("assignment", assignment) == nil {
		mayPushTests := mayPush(v, schema.RepositoryPath{Kind: schema.RepositoryTests}) == nil
		if longest < 0 || mayPushTests {
			return GitHubRepository{Assignment: assignment, Tests: true}, nil // its first tests
		}
	}
	if longest < 0 {
		return GitHubRepository{}, schema.Errorf(schema.CodeRefused, "the repository %[2]s belongs to no assignment of %[1]s: its name must be ASSIGNMENT-LOGIN", n.Course, schema.Excerpt(name, 100))
	}
	return found, nil
}

// GitHubOwners holds the names that identify a person's repositories: their GitHub logins, their
// logins here, and their team.
type GitHubOwners []string

// MayPushAs rejects a student's push to a repository that is not theirs or their team's, because a
// commit there is somebody else's work.
func (o GitHubOwners) MayPushAs(v Viewer, r GitHubRepository) error {
	same := func(name string) bool { return strings.EqualFold(name, r.Owner) }
	if r.Tests || v.Staff() || slices.ContainsFunc(o, same) {
		return nil
	}
	return schema.Errorf(schema.CodeRefused, "this repository is named after %s, so your push to it is not handed in. Push to your own repository", r.Owner)
}
