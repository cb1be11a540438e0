package grade

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

// debian returns a machine with some files.
func debian(t *testing.T, names ...string) machine {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return machine{root: root}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	bare, err := debian(t).image(context.Background())
	if err != nil || len(bare.Variables) != 0 || bare.Path != "/usr/local/bin:/usr/bin:/bin" {
		t.Errorf("a bare machine: %v, %+v", err, bare)
	}
	m := debian(t, "usr/bin/python3", "usr/lib/python3/dist-packages/pytest/__init__.py", "usr/include/cmocka.h",
		"usr/lib/x86_64-linux-gnu/libcmocka.so", "usr/local/go/bin/go", "usr/share/java/junit4.jar", "usr/share/java/hamcrest.jar",
		"usr/lib/jvm/java-17/bin/java", "usr/share/java/junit-platform-console.jar", "usr/share/java/junit-jupiter-api.jar")
	if err := os.Symlink("../lib/jvm/java-17/bin/java", filepath.Join(m.root, "usr/bin/java")); err != nil {
		t.Fatal(err)
	}
	full, err := m.image(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	full.Variables["JAVA_HOME"] = strings.TrimPrefix(full.Variables["JAVA_HOME"], m.root)
	want := map[string]string{
		"JAVA_HOME": "/usr/lib/jvm/java-17", "GOROOT": "/usr/local/go", "CMOCKA": "-lcmocka",
		"CLASSPATH_JUNIT":  "/usr/share/java/junit-platform-console.jar:/usr/share/java/junit-jupiter-api.jar:/usr/share/java/junit4.jar:/usr/share/java/hamcrest.jar",
		"CLASSPATH_JUNIT4": "/usr/share/java/junit4.jar:/usr/share/java/hamcrest.jar",
		"PYTEST":           "/usr/bin/python3 -I -m pytest -c /dev/null -p no:cacheprovider --rootdir=${NEEDS} --confcutdir=${NEEDS} -o pythonpath=${PWD}",
	}
	if diff := cmp.Diff(want, full.Variables); diff != "" {
		t.Error(diff)
	}
	if full.ID == bare.ID || !strings.HasPrefix(full.ID, "toolchain:") {
		t.Errorf("identities %q and %q", full.ID, bare.ID)
	}
	again, err := m.image(context.Background())
	if err != nil || again.ID != full.ID {
		t.Errorf("the same machine is %q and then %q", full.ID, again.ID)
	}
}

func TestImageDescription(t *testing.T) {
	t.Parallel()
	got, err := parseImage([]byte(`{"id": "sha256:1", "path": "/usr/bin", "variables": {"UNITY": "-lunity"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Image{ID: "sha256:1", Path: "/usr/bin", Variables: map[string]string{"UNITY": "-lunity"}}, got, cmp.AllowUnexported(Image{})); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"", "{}", `{"id": "x"}`, `{"id": "x", "path": "y", "typo": 1}`, `{"id": 1, "path": "y"}`} {
		if _, err := parseImage([]byte(bad)); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
