/* Key update (specs/protocol.md, section 6) between two ends, over a network that loses, delays, reorders and repeats
 * packets, and an attacker who sends what it likes under any header, but has no key.
 *
 * A packet is its number, the generation of its keys, and the largest number that it acknowledges. Only the lowest bit
 * of the generation, the key phase, can be read before it opens. Keys are symbolic: a packet opens when it is tried
 * with the keys of its generation, and never otherwise.
 *
 * Time is what the network still holds: "three probe timeouts have passed" means that no packet from before is on its
 * way any more.
 */

#ifndef PACKETS
#define PACKETS 5 /* of each end */
#endif
#ifndef UPDATES
#define UPDATES 3 /* both ends together */
#endif
#define NEVER PACKETS /* a packet number that none has */

typedef End {
  byte generation;        /* of what it sends, and of the newest that it opens */
  bit holds_old;          /* it still opens the generation before */
  bit acknowledged;       /* the peer has one of its packets of this generation */
  byte first_sent;        /* number of its first packet of this generation */
  byte first_received;    /* lowest number of the peer's packets of this generation that has opened */
  byte next;              /* number of its next packet */
  byte largest;           /* that it has received */
  /* Its packets. */
  byte sealed_with[PACKETS];
  byte acknowledges[PACKETS];
  bit on_the_way[PACKETS];
};
End end_[2];
byte updates = UPDATES;

#define PEER (1 - me)
#define MINE end_[me]
#define THEIRS end_[PEER]

/* No packet of end `e` of a generation before `g` is on its way. */
#define GONE(e, n, g) (n >= PACKETS || !end_[e].on_the_way[n] || end_[e].sealed_with[n] >= g)
#define NONE_BEFORE(e, g) (GONE(e, 0, g) && GONE(e, 1, g) && GONE(e, 2, g) && GONE(e, 3, g) && \
                           GONE(e, 4, g))

#ifdef MUTATION_UPDATE_BEFORE_ACKNOWLEDGED
#define MAY_UPDATE (1)
#else
#ifdef MUTATION_UPDATE_WITHOUT_WAITING
#define MAY_UPDATE (MINE.acknowledged)
#else
/* The last update has been acknowledged, and what came before it is past. */
#define MAY_UPDATE (MINE.acknowledged && !MINE.holds_old && NONE_BEFORE(PEER, MINE.generation) && \
                    NONE_BEFORE(me, MINE.generation))
#endif
#endif

#ifdef MUTATION_OLD_KEYS_DROPPED_AT_ONCE
#define MAY_DROP_OLD (MINE.holds_old)
#else
/* Three probe timeouts after the first packet of the new generation. */
#define MAY_DROP_OLD (MINE.holds_old && MINE.first_received != NEVER && NONE_BEFORE(PEER, MINE.generation))
#endif

inline begin_generation() {
  MINE.generation++;
#ifdef MUTATION_NOBODY_UPDATES_TWICE /* no mutation, but the proof that the model gets this far */
  assert(MINE.generation < 2);
#endif
  MINE.holds_old = 1;
  MINE.acknowledged = 0;
  MINE.first_sent = MINE.next;
  MINE.first_received = NEVER
}

/* The generation that a packet is tried with, from its phase and number alone. */
#define SAME_PHASE(phase) ((phase) == (MINE.generation & 1))
#ifdef MUTATION_NUMBER_IGNORED
#define IS_OLD(number) (0)
#else
#define IS_OLD(number) (MINE.holds_old && (number) < MINE.first_received)
#endif
#define TRIED_WITH(phase, number) \
  (SAME_PHASE(phase) -> MINE.generation : (IS_OLD(number) -> MINE.generation - 1 : MINE.generation + 1))

inline receive(n) {
  assert(THEIRS.sealed_with[n] <= MINE.generation + 1); /* never two ahead */
  assert(TRIED_WITH(THEIRS.sealed_with[n] & 1, n) == THEIRS.sealed_with[n]); /* it opens */
  if
  :: THEIRS.sealed_with[n] > MINE.generation -> begin_generation(); MINE.first_received = n
  :: THEIRS.sealed_with[n] == MINE.generation && n < MINE.first_received -> MINE.first_received = n
  :: else
  fi;
  if
  :: MINE.largest == NEVER || n > MINE.largest -> MINE.largest = n
  :: else
  fi;
  if
  :: THEIRS.acknowledges[n] != NEVER && THEIRS.acknowledges[n] >= MINE.first_sent ->
    /* Who acknowledges a packet of a generation answers with that generation, or a newer. */
    assert(THEIRS.sealed_with[n] >= MINE.generation);
    MINE.acknowledged = 1
  :: else
  fi
}

#define LEAVES_THE_NETWORK(n) \
  THEIRS.on_the_way[n] = 0; THEIRS.sealed_with[n] = 0; THEIRS.acknowledges[n] = 0

/* Repetitions are dropped by their number before anything else is looked at (AV-PKT-9): they are no step here. */
#define ARRIVES_OR_IS_LOST(n) \
  atomic { n < PACKETS && THEIRS.on_the_way[n] -> \
    if \
    :: receive(n) \
    :: skip \
    fi; \
    LEAVES_THE_NETWORK(n) }

proctype Endpoint(byte me) {
end:
  do
  :: atomic { MINE.next < PACKETS ->
      MINE.sealed_with[MINE.next] = MINE.generation;
      MINE.acknowledges[MINE.next] = MINE.largest;
      MINE.on_the_way[MINE.next] = 1;
      MINE.next++ }
  :: atomic { updates > 0 && MAY_UPDATE -> updates--; begin_generation() }
  :: atomic { MAY_DROP_OLD -> MINE.holds_old = 0 }
  :: ARRIVES_OR_IS_LOST(0)
  :: ARRIVES_OR_IS_LOST(1)
  :: ARRIVES_OR_IS_LOST(2)
  :: ARRIVES_OR_IS_LOST(3)
  :: ARRIVES_OR_IS_LOST(4)
  /* The attacker's packets do not open: whatever phase and number they show, nothing changes. */
#ifdef MUTATION_PHASE_TRUSTED
  :: atomic { MINE.generation < 2 -> begin_generation(); MINE.first_received = 0 }
#endif
  od
}

init {
  atomic {
    end_[0].first_received = 0; end_[0].largest = NEVER;
    end_[1].first_received = 0; end_[1].largest = NEVER;
    run Endpoint(0); run Endpoint(1)
  }
}
