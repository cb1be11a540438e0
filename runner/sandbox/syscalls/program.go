package syscalls

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// The return values of a filter, of <linux/seccomp.h>.
const (
	returnAllow = 0x7fff0000
	returnErrno = 0x00050000
)

// The offsets in struct seccomp_data. Both architectures are little-endian.
const (
	offsetNumber    = 0
	offsetArch      = 4
	offsetArguments = 16
	wordSize        = 4
)

// Filter returns the policy as the kernel's array of struct sock_filter, for this architecture.
func Filter() ([]byte, error) {
	info, err := arch.GetInfo("")
	if err != nil {
		return nil, fmt.Errorf("seccomp architecture: %w", err)
	}
	list, err := compile(policy(), info)
	if err != nil {
		return nil, err
	}
	raw, err := bpf.Assemble(list)
	if err != nil {
		return nil, fmt.Errorf("seccomp filter: %w", err)
	}
	b := make([]byte, 0, 8*len(raw))
	for _, in := range raw {
		b = binary.NativeEndian.AppendUint16(b, in.Op)
		b = append(b, in.Jt, in.Jf)
		b = binary.NativeEndian.AppendUint32(b, in.K)
	}
	return b, nil
}

// block is code for the call numbers from first up to the next block's. The code always returns.
type block struct {
	first uint32
	code  []bpf.Instruction
}

// compile compiles the rules into one program. Calls of another architecture (int 0x80) and calls
// without a rule get ENOSYS. So do x32's calls, whose numbers are above all others.
func compile(rules []rule, info *arch.Info) ([]bpf.Instruction, error) {
	blocks, err := blocksOf(rules, info)
	if err != nil {
		return nil, err
	}
	unknown := ret(errno(unix.ENOSYS))
	list := []bpf.Instruction{
		bpf.LoadAbsolute{Off: offsetArch, Size: wordSize},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(info.ID), SkipTrue: 1},
		unknown,
		bpf.LoadAbsolute{Off: offsetNumber, Size: wordSize},
	}
	return append(list, search(blocks)...), nil
}

// blocksOf returns the blocks in the order of their numbers, from 0.
func blocksOf(rules []rule, info *arch.Info) ([]block, error) {
	code := map[uint32][]bpf.Instruction{}
	for _, r := range rules {
		for _, name := range strings.Fields(r.calls) {
			number, known := info.SyscallNames[name]
			if !known {
				continue // this architecture has no such call
			}
			if _, twice := code[uint32(number)]; twice {
				return nil, fmt.Errorf("seccomp policy: two rules for %s", name)
			}
			code[uint32(number)] = r.compile()
		}
	}
	unknown := []bpf.Instruction{ret(errno(unix.ENOSYS))}
	blocks := []block{{0, unknown}}
	for n := range code {
		blocks = append(blocks, block{n, code[n]})
		if _, next := code[n+1]; !next {
			blocks = append(blocks, block{n + 1, unknown})
		}
	}
	slices.SortStableFunc(blocks, func(a, b block) int { return cmp.Compare(a.first, b.first) })
	return merge(blocks), nil
}

// merge drops a block that returns the same as the block before it. It also drops block 0 if a rule
// names the call 0.
func merge(blocks []block) []block {
	var kept []block
	for i, b := range blocks {
		if i+1 < len(blocks) && blocks[i+1].first == b.first {
			continue
		}
		if n := len(kept); n > 0 && len(b.code) == 1 && len(kept[n-1].code) == 1 && kept[n-1].code[0] == b.code[0] {
			continue
		}
		kept = append(kept, b)
	}
	return kept
}

// search finds the block of the number in the accumulator by binary search.
func search(blocks []block) []bpf.Instruction {
	if len(blocks) == 1 {
		return blocks[0].code
	}
	middle := len(blocks) / 2
	low, high := search(blocks[:middle]), search(blocks[middle:])
	code := jump(bpf.JumpLessThan, blocks[middle].first, len(low))
	return slices.Concat(code, low, high)
}

// jump continues with the next instruction if the comparison holds, and otherwise skips some. A
// conditional jump can skip 255 instructions, an unconditional one any number.
func jump(condition bpf.JumpTest, value uint32, skip int) []bpf.Instruction {
	return []bpf.Instruction{
		bpf.JumpIf{Cond: condition, Val: value, SkipTrue: 1},
		bpf.Jump{Skip: uint32(skip)},
	}
}

// compile compiles the rule for one of its calls.
func (r *rule) compile() []bpf.Instruction {
	var code []bpf.Instruction
	for _, c := range r.choices {
		code = append(code, c.compile()...)
	}
	return append(code, ret(r.otherwise))
}

// compile returns the answer if all conditions hold, and otherwise continues behind this code.
func (c *choice) compile() []bpf.Instruction {
	code := []bpf.Instruction{ret(c.answer)}
	for _, each := range slices.Backward(c.conditions) {
		code = append(each.compile(len(code)), code...)
	}
	return code
}

// compile continues if the condition holds, and otherwise skips some instructions.
func (c *condition) compile(skip int) []bpf.Instruction {
	code := []bpf.Instruction{load(c.argument, 0)}
	if c.kind == oneOf {
		return append(code, c.compare(skip)...)
	}
	code = append(code,
		bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: ^c.bits(), SkipFalse: 1},
		bpf.Jump{Skip: uint32(skip)})
	if c.kind == flags64 {
		upper := append([]bpf.Instruction{load(c.argument, 1)}, jump(bpf.JumpEqual, 0, len(code)+skip)...)
		code = append(upper, code...)
	}
	return code
}

// compare compares the loaded argument with the values.
func (c *condition) compare(skip int) []bpf.Instruction {
	var code []bpf.Instruction
	if c.mask != ^uint32(0) {
		code = append(code, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: c.mask})
	}
	for i, v := range c.values {
		behind := len(c.values) - i - 1
		code = append(code, bpf.JumpIf{Cond: bpf.JumpEqual, Val: v.number, SkipTrue: uint8(behind + 1)})
	}
	return append(code, bpf.Jump{Skip: uint32(skip)})
}

// load loads half of an argument, the lower one first.
func load(argument, half int) bpf.Instruction {
	return bpf.LoadAbsolute{Off: uint32(offsetArguments + 8*argument + wordSize*half), Size: wordSize}
}

// ret returns the instruction that ends the program with an answer.
func ret(a answer) bpf.Instruction {
	if a == allowed {
		return bpf.RetConstant{Val: returnAllow}
	}
	return bpf.RetConstant{Val: returnErrno | uint32(a)}
}
