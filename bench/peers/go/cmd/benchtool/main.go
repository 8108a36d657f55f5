// What the bench scripts need from Kafka: make topics, preload them, count what arrived.
//
//	benchtool topic NAME PARTITIONS [NAME PARTITIONS ...]
//	benchtool rm NAME [NAME ...]
//	benchtool hwm NAME                     sum of (end - start) over the partitions
//	benchtool preload NAME N [FILE]        N submissions of 20 answers, distinct user_id; with FILE its lines in turn,
//	                                       each what follows the user_id: "test_id":…,"answers":{…}}
//	benchtool pace NAME N RATE FILE [USER] N submissions, RATE a second (0: at once), as with preload; all of USER, if given
//	benchtool watch NAME N TIMEOUT_S       read_committed; a line for each arrival until N distinct submissions are in: unix
//	                                       time, partition, records, how many of them were there before
//	benchtool ids NAME N FILE              the submission_ids of N results spread over the topic, a line each
//	benchtool count NAME N TIMEOUT_S       read_committed; prints one JSON line when N distinct user_ids are in,
//	                                       or at the time-out: total, distinct, unix times of first and last
//	benchtool settle NAME TIMEOUT_S IDLE_S read_committed; one JSON line when nothing new came for IDLE_S
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func num(s string) int {
	n, err := strconv.Atoi(s)
	must(err)
	return n
}

// member is the string value of one member, found without decoding the rest: a result of gradesvc is far larger than
// one of the peers, and the counting shares the cores with what is measured.
func member(doc []byte, name string) string {
	mark := []byte(`"` + name + `":"`)
	if at := bytes.Index(doc, mark); at >= 0 {
		rest := doc[at+len(mark):]
		if end := bytes.IndexByte(rest, '"'); end >= 0 {
			return string(rest[:end])
		}
	}
	log.Fatalf("a result without %s: %s", name, doc)
	return ""
}

func lines(file string) []string {
	b, err := os.ReadFile(file)
	must(err)
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

func body(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"user_id":"u-%08d","test_id":"algebra-1","answers":{`, i)
	for q := 1; q <= 20; q++ {
		if q > 1 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"question_%02d":"%c"`, q, "ABCD"[(q+i%3)%4])
	}
	b.WriteString("}}")
	return b.String()
}

func main() {
	kafka := os.Getenv("KAFKA")
	if kafka == "" {
		kafka = "127.0.0.1:19092"
	}
	opts := []kgo.Opt{kgo.SeedBrokers(strings.Split(kafka, ",")...)}
	args := os.Args[1:]
	if len(args) < 2 {
		log.Fatal("usage: benchtool topic|rm|hwm|preload|count ...")
	}
	cmd, args := args[0], args[1:]
	ctx := context.Background()
	if cmd == "count" || cmd == "settle" || cmd == "ids" || cmd == "watch" {
		opts = append(opts, kgo.ConsumeTopics(args[0]), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
			kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.FetchMaxWait(100*time.Millisecond))
	}
	if cmd == "preload" || cmd == "pace" { // kgo's default is snappy, which kafka-python reads only with one more package
		opts = append(opts, kgo.ProducerBatchCompression(kgo.NoCompression()))
	}
	cl, err := kgo.NewClient(opts...)
	must(err)
	defer cl.Close()
	adm := kadm.NewClient(cl)
	switch cmd {
	case "topic":
		for i := 0; i+1 < len(args); i += 2 {
			_, err := adm.CreateTopic(ctx, int32(num(args[i+1])), 1, nil, args[i])
			must(err)
		}
	case "rm":
		_, err := adm.DeleteTopics(ctx, args...)
		must(err)
	case "hwm":
		s, err := adm.ListStartOffsets(ctx, args[0])
		must(err)
		e, err := adm.ListEndOffsets(ctx, args[0])
		must(err)
		var n int64
		e.Each(func(o kadm.ListedOffset) { must(o.Err); n += o.Offset })
		s.Each(func(o kadm.ListedOffset) { must(o.Err); n -= o.Offset })
		fmt.Println(n)
	case "preload":
		var bad error
		var tails []string
		if len(args) > 2 {
			tails = lines(args[2])
		}
		for i := 0; i < num(args[1]); i++ {
			value := ""
			if tails != nil {
				value = fmt.Sprintf(`{"user_id":"u-%08d",%s`, i, tails[i%len(tails)])
			} else {
				value = body(i)
			}
			cl.Produce(ctx, &kgo.Record{Topic: args[0], Key: []byte(fmt.Sprintf("u-%08d", i)), Value: []byte(value)},
				func(_ *kgo.Record, err error) {
					if err != nil {
						bad = err
					}
				})
		}
		must(cl.Flush(ctx))
		must(bad)
	case "pace":
		pace(ctx, cl, args[0], num(args[1]), num(args[2]), lines(args[3]), strings.Join(args[4:], ""))
	case "watch":
		watch(ctx, cl, num(args[1]), time.Duration(num(args[2]))*time.Second)
	case "count", "settle":
		want, limit, idle := 1<<30, num(args[1]), 1<<20
		if cmd == "count" {
			want, limit = num(args[1]), num(args[2])
		} else {
			idle = num(args[2])
		}
		ctx, cancel := context.WithTimeout(ctx, time.Duration(limit)*time.Second)
		defer cancel()
		seen := map[string]int{}
		total := 0
		var first, last time.Time
		quiet := time.Now()
		for len(seen) < want && ctx.Err() == nil && time.Since(quiet) < time.Duration(idle)*time.Second {
			pctx, stop := context.WithTimeout(ctx, time.Second)
			fs := cl.PollFetches(pctx)
			stop()
			now := time.Now()
			fs.EachRecord(func(r *kgo.Record) {
				seen[member(r.Value, "user_id")]++
				total++
				quiet = now
				if first.IsZero() {
					first = now
				}
				last = now
			})
		}
		fmt.Printf("{\"total\":%d,\"distinct\":%d,\"first\":%.6f,\"last\":%.6f}\n", total, len(seen),
			float64(first.UnixNano())/1e9, float64(last.UnixNano())/1e9)
	case "ids":
		end, err := adm.ListEndOffsets(ctx, args[0])
		must(err)
		var records, got, step int64
		end.Each(func(o kadm.ListedOffset) { records += o.Offset })
		step = max(1, records/int64(num(args[1])))
		out, err := os.Create(args[2])
		must(err)
		for seen := int64(0); got < int64(num(args[1])); {
			pctx, stop := context.WithTimeout(ctx, 10*time.Second)
			fs := cl.PollFetches(pctx)
			stop()
			if fs.Empty() {
				break
			}
			fs.EachRecord(func(r *kgo.Record) {
				if seen++; seen%step == 0 {
					got++
					fmt.Fprintln(out, member(r.Value, "submission_id"))
				}
			})
		}
		must(out.Close())
	default:
		log.Fatalf("unknown command %q", cmd)
	}
}
