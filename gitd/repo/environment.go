package repo

import (
	"fmt"
	"os"
	"strconv"
)

// setting is one git configuration value, given to a process and never written
// into a repository, where it would outlive the version of grader that chose it.
type setting struct{ key, value string }

// environment is everything that a git process finds in its environment: nothing of
// the server's, nothing of a client's.
func environment(settings []setting, extra ...string) []string {
	env := []string{
		"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C", "TZ=UTC",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1",
		// A 16 KB delta bomb asks for gigabytes; git then dies in words instead.
		"GIT_ALLOC_LIMIT=64m",
		"GIT_NO_REPLACE_OBJECTS=1", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0",
		"GIT_CONFIG_COUNT=" + strconv.Itoa(len(settings)),
	}
	for i, one := range settings {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, one.key), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, one.value))
	}
	return append(env, extra...)
}

// common holds for every git process. The repositories belong to this store,
// whichever account owns the directory above them.
func common() []setting {
	return []setting{
		{"safe.directory", "*"},
		{"core.bigFileThreshold", "1m"},
		{"core.logAllRefUpdates", "false"},
		{"pack.threads", "1"},
		{"pack.windowMemory", "32m"},
		{"core.deltaBaseCacheLimit", "32m"},
		{"gc.auto", "0"},
		{"maintenance.auto", "false"},
		{"protocol.allow", "never"},
	}
}

// merelyOld are the flaws of commits and trees that old or foreign tools have written,
// and that harm nobody: a zone of -700, a name without an address, a mode with a zero
// before it. A student who imports a public project cannot mend its history. GitLab
// accepts the first three of them too (Gitaly's receive.fsck settings).
func merelyOld() []string {
	return []string{
		"badTimezone", "missingSpaceBeforeDate", "zeroPaddedFilemode",
		"badDate", "badDateOverflow", "zeroPaddedDate", "badEmail", "missingEmail", "missingSpaceBeforeEmail", "badName",
		"missingNameBeforeEmail", "multipleAuthors", "nulInCommit",
	}
}

// receiveSettings are those of a push that moves the ref.
func (s *Store) receiveSettings(ref string) []setting {
	settings := common()
	for _, flaw := range merelyOld() {
		settings = append(settings, setting{"receive.fsck." + flaw, "ignore"})
	}
	return append(settings,
		setting{"core.hooksPath", s.hooksDir()},
		// git's default syncs nothing of a small push.
		setting{"core.fsync", "committed"},
		setting{"core.fsyncMethod", "fsync"},
		setting{"receive.unpackLimit", "1"},
		setting{"receive.fsckObjects", "true"},
		setting{"receive.maxInputSize", strconv.FormatInt(s.MaxRead(), 10)},
		setting{"receive.autogc", "false"},
		setting{"receive.updateServerInfo", "false"},
		setting{"receive.denyDeletes", "true"},
		setting{"receive.denyNonFastForwards", "false"}, // students amend
		setting{"receive.advertisePushOptions", "true"},
		setting{"receive.shallowUpdate", "false"},
		// The quarantine's alternate is the repository itself: without this, git lists
		// every pin for each push to check what is connected.
		setting{"core.alternateRefsCommand", "true"},
		setting{"transfer.hideRefs", "refs"},
		setting{"transfer.hideRefs", "!" + ref},
	)
}

// uploadSettings are those of a fetch; a view has no refs that are hidden.
func (s *Store) uploadSettings(view bool) []setting {
	settings := append(common(),
		setting{"core.hooksPath", os.DevNull},
		setting{"uploadpack.allowFilter", "false"},
	)
	if view {
		return settings
	}
	return append(settings,
		setting{"transfer.hideRefs", "refs"},
		setting{"transfer.hideRefs", "!" + mainRef},
	)
}
