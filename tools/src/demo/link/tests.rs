use super::*;
use tokio::time::timeout;

/// Long enough for loopback, short enough to wait for nothing.
const SILENCE: Duration = Duration::from_millis(200);
const SOON: Duration = Duration::from_secs(10);

struct Bench {
    there: watch::Sender<Way>,
    back: watch::Sender<Way>,
    address: SocketAddr,
    far: TcpListener,
    _serving: tokio::task::JoinSet<()>,
}

async fn bench() -> Bench {
    let far = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (there, there_seen) = watch::channel(Way::default());
    let (back, back_seen) = watch::channel(Way::default());
    let link = Link { listener, target: far.local_addr().unwrap(), there: there_seen, back: back_seen };
    let mut serving = tokio::task::JoinSet::new();
    serving.spawn(link.serve());
    Bench { there, back, address, far, _serving: serving }
}

impl Bench {
    async fn pair(&self) -> (TcpStream, TcpStream) {
        let near = TcpStream::connect(self.address).await.unwrap();
        let (far, _) = timeout(SOON, self.far.accept()).await.unwrap().unwrap();
        (near, far)
    }
}

fn cut(way: &watch::Sender<Way>, is_cut: bool) {
    way.send_modify(|way| way.is_cut = is_cut);
}

async fn expect(stream: &mut TcpStream, expected: &[u8]) {
    let mut bytes = vec![0; expected.len()];
    timeout(SOON, stream.read_exact(&mut bytes)).await.unwrap().unwrap();
    assert_eq!(bytes, expected);
}

async fn expect_silence(stream: &mut TcpStream) {
    let mut byte = [0];
    assert!(timeout(SILENCE, stream.read(&mut byte)).await.is_err(), "something arrived");
}

#[tokio::test]
async fn bytes_and_their_end_pass_both_ways() {
    let bench = bench().await;
    let (mut near, mut far) = bench.pair().await;
    let long: Vec<u8> = (0..1_000_000_u32).map(|place| u8::try_from(place % 251).unwrap()).collect();
    let (sent, ()) = tokio::join!(near.write_all(&long), expect(&mut far, &long));
    sent.unwrap();
    far.write_all(b"answer").await.unwrap();
    expect(&mut near, b"answer").await;
    near.shutdown().await.unwrap();
    assert_eq!(timeout(SOON, far.read(&mut [0])).await.unwrap().unwrap(), 0);
    // The other direction is still open.
    far.write_all(b"last").await.unwrap();
    expect(&mut near, b"last").await;
}

#[tokio::test]
async fn a_cut_is_silence_and_nothing_is_lost_by_it() {
    let bench = bench().await;
    let (mut near, mut far) = bench.pair().await;
    cut(&bench.there, true);
    cut(&bench.back, true);
    near.write_all(b"ping").await.unwrap();
    far.write_all(b"pong").await.unwrap();
    expect_silence(&mut far).await;
    expect_silence(&mut near).await;
    cut(&bench.there, false);
    cut(&bench.back, false);
    expect(&mut far, b"ping").await;
    expect(&mut near, b"pong").await;
}

#[tokio::test]
async fn one_direction_can_be_cut_alone() {
    let bench = bench().await;
    let (mut near, mut far) = bench.pair().await;
    cut(&bench.there, true);
    near.write_all(b"lost for now").await.unwrap();
    far.write_all(b"arrives").await.unwrap();
    expect(&mut near, b"arrives").await;
    expect_silence(&mut far).await;
}

#[tokio::test]
async fn nobody_connects_through_a_cut() {
    let bench = bench().await;
    cut(&bench.back, true);
    let mut near = TcpStream::connect(bench.address).await.unwrap();
    near.write_all(b"hello").await.unwrap();
    assert!(timeout(SILENCE, bench.far.accept()).await.is_err());
    cut(&bench.back, false);
    let (mut far, _) = timeout(SOON, bench.far.accept()).await.unwrap().unwrap();
    expect(&mut far, b"hello").await;
}

#[tokio::test]
async fn a_slow_link_keeps_the_order_and_takes_its_time() {
    let bench = bench().await;
    let (mut near, mut far) = bench.pair().await;
    let delay = Duration::from_millis(120);
    bench.there.send_modify(|way| way.delay = delay);
    let start = Instant::now();
    for number in 0..50_u8 {
        near.write_all(&[number]).await.unwrap();
    }
    expect(&mut far, &(0..50).collect::<Vec<u8>>()).await;
    let took = start.elapsed();
    assert!(took >= delay, "{took:?}");
    // Fifty messages are under way together: a delay each would take six seconds.
    assert!(took < delay * 20, "{took:?}");
    let start = Instant::now();
    far.write_all(b"back").await.unwrap();
    expect(&mut near, b"back").await;
    assert!(start.elapsed() < delay, "only one direction is slow");
}

#[tokio::test]
async fn a_peer_that_is_gone_closes_the_connection() {
    let bench = bench().await;
    let (mut near, far) = bench.pair().await;
    drop(far);
    assert_eq!(timeout(SOON, near.read(&mut [0])).await.unwrap().unwrap_or(0), 0);
    drop(bench.far);
    let mut refused = TcpStream::connect(bench.address).await.unwrap();
    assert_eq!(timeout(SOON, refused.read(&mut [0])).await.unwrap().unwrap_or(0), 0);
}
