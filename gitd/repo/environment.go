package repo

import (
	"fmt"
	"os"
	"strconv"
)

// MaxRebuilt is the largest object, in bytes, that git may rebuild from changes to another one. Larger
// blobs are accepted if they are sent whole.
const MaxRebuilt = 48 << 20

// setting is one git configuration value. It is passed to a process and never written into a
// repository, where it would outlive the version of grader that chose it.
type setting struct{ key, value string }

// environment returns the whole environment of a git process. It contains nothing from the server's
// environment or from a client.
func environment(settings []setting, extra ...string) []string {
	env := []string{
		"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C", "TZ=UTC",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1",
		// A 16 KB delta bomb asks for gigabytes. With this limit git exits with a message.
		"GIT_ALLOC_LIMIT=" + strconv.Itoa(MaxRebuilt),
		"GIT_NO_REPLACE_OBJECTS=1", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0",
		"GIT_CONFIG_COUNT=" + strconv.Itoa(len(settings)),
	}
	for i, one := range settings {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, one.key), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, one.value))
	}
	return append(env, extra...)
}

// common returns the settings of every git process. The repositories belong to this store, even if
// another account owns the directory above them.
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

// merelyOld returns the harmless flaws of commits and trees that old or foreign tools have written:
// a zone of -700, a name without an address, a mode with a zero before it. A student who imports a
// public project cannot repair its history. GitLab accepts the first three of them too (Gitaly's
// receive.fsck settings).
func merelyOld() []string {
	return []string{
		"badTimezone", "missingSpaceBeforeDate", "zeroPaddedFilemode",
		"badDate", "badDateOverflow", "zeroPaddedDate", "badEmail", "missingEmail", "missingSpaceBeforeEmail", "badName",
		"missingNameBeforeEmail", "multipleAuthors", "nulInCommit",
	}
}

// receiveSettings returns the settings of a push that moves the ref.
func (s *Store) receiveSettings(ref string) []setting {
	settings := common()
	for _, flaw := range merelyOld() {
		settings = append(settings, setting{"receive.fsck." + flaw, "ignore"})
	}
	return append(settings,
		setting{"core.hooksPath", s.hooksDir()},
		// By default git syncs nothing of a small push.
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
		// The quarantine has the repository itself as an alternate. Without this setting git lists
		// every pin in each push to check connectivity.
		setting{"core.alternateRefsCommand", "true"},
		setting{"transfer.hideRefs", "refs"},
		setting{"transfer.hideRefs", "!" + ref},
	)
}

// uploadSettings returns the settings of a fetch. A view hides no refs.
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
