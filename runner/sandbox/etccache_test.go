package sandbox

import (
	"os"
	"path/filepath"
	"testing"
)

func TestEtcCacheIsReusedUntilChanged(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("uid blocks are root's")
	}
	b, err := leaseBlock(lockDir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.release(); err != nil {
			t.Error(err)
		}
	}()
	first := etcPasswd(t, b)
	if again := etcPasswd(t, b); !first.ModTime().Equal(again.ModTime()) {
		t.Error("it was made again though nothing had changed")
	}
	stamp := mustEtc(t, b) + ".stamp"
	if err := os.WriteFile(stamp, []byte("of an older machine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if changed := etcPasswd(t, b); first.ModTime().Equal(changed.ModTime()) {
		t.Error("it was not made again though its stamp differs")
	}
}

func mustEtc(t *testing.T, b *block) string {
	t.Helper()
	dir, err := b.etc([]int{b.uid(0)})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func etcPasswd(t *testing.T, b *block) os.FileInfo {
	t.Helper()
	info, err := os.Stat(filepath.Join(mustEtc(t, b), "passwd"))
	if err != nil {
		t.Fatal(err)
	}
	return info
}
