import { signedHeaders } from './webhook-signature';

describe('the signature of a webhook', () => {
  it('is the one of the example of the Standard Webhooks specification', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const headers = signedHeaders([secret], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_000, '{"test": 2432232314}');
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('stands there once for each secret, with a space between them, while secrets change', () => {
    const secrets = ['whsec_bmV3', 'whsec_b2xk'];
    const each = secrets.map((secret) => signedHeaders([secret], 'msg_1', 1_000, '{}')['webhook-signature']);
    expect(each[0]).not.toBe(each[1]);
    expect(signedHeaders(secrets, 'msg_1', 1_000, '{}')['webhook-signature']).toBe(each.join(' '));
  });
});
