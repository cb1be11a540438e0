package repo

import (
	"path/filepath"
	"regexp"

	"github.com/grader/grader/schema"
)

// Quarantine names the objects of a push that is not accepted yet. The zero value selects only the
// repository's own objects.
type Quarantine struct {
	Dir string // base name of the quarantine directory, below objects/
}

var quarantinePattern = regexp.MustCompile(`^tmp_objdir-incoming-[A-Za-z0-9]{6}$`)

// environment returns the variables with which git sees the quarantined objects in addition to the
// accepted ones. The name comes from a hook, so it must have git's own form.
func (q Quarantine) environment(dir string) ([]string, error) {
	if q.Dir == "" {
		return nil, nil
	}
	if !quarantinePattern.MatchString(q.Dir) {
		return nil, schema.Errorf(schema.CodeInvalid, "%q is not a quarantine", schema.Sanitize(q.Dir))
	}
	accepted := filepath.Join(dir, "objects")
	return []string{
		"GIT_OBJECT_DIRECTORY=" + filepath.Join(accepted, q.Dir),
		"GIT_ALTERNATE_OBJECT_DIRECTORIES=" + accepted,
	}, nil
}
