package nomad_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNodeLoadsMissingImages runs node.sh with a fake Docker that records what was
// loaded.
func TestNodeLoadsMissingImages(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("node.sh makes a directory in /run/lock: it needs root")
	}
	there, missing, wrong := strings.Repeat("1", 64), strings.Repeat("2", 64), strings.Repeat("3", 64)
	for name, c := range map[string]struct{ list, loaded, fails string }{
		"what it has":              {there + " http://web/there\n", "", ""},
		"what it lacks":            {there + " http://web/there\n\n" + missing + " http://web/" + missing + "\n", missing, ""},
		"a file of another image":  {wrong + " http://web/" + missing + "\n", missing, "http://web/" + missing + " has no image sha256:" + wrong},
		"a file that is not there": {missing + " http://web/nothing\n", "", "no such file"},
		"an empty list":            {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			put := func(name, text string) { check(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755)) }
			put("list", c.list)
			put("docker", `#!/bin/sh
case "$1 $2" in
"image inspect") grep -q "${3#sha256:}" "$0.has" ;;
"load --quiet") file=$(cat); [ -z "$file" ] || echo "$file" | tee -a "$0.has" >>"$0.loaded" ;;
esac
`)
			put("docker.has", there+"\n")
			put("docker.loaded", "")
			put("nft", "#!/bin/sh\ncat >/dev/null\n")
			put("curl", `#!/bin/sh
for url; do :; done
case "$url" in
*/list) cat "${0%curl}list" ;;
*/nothing) echo "no such file" >&2; exit 22 ;;
*) echo "${url##*/}" ;;
esac
`)
			cmd := exec.CommandContext(t.Context(), "sh", "deploy/node.sh", "192.0.2.1", "7070", "grader", "http://web/list")
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
			said, err := cmd.CombinedOutput()
			if failed := c.fails != ""; failed != (err != nil) || !strings.Contains(string(said), c.fails) {
				t.Errorf("it ends with %v and says %q; want %q", err, said, c.fails)
			}
			loaded, err := os.ReadFile(filepath.Join(dir, "docker.loaded"))
			check(t, err)
			if got := strings.TrimSpace(string(loaded)); got != c.loaded {
				t.Errorf("loaded %q; want %q", got, c.loaded)
			}
		})
	}
}
