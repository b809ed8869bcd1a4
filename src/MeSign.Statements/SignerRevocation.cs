using System.Collections.Concurrent;
using MeSign.Statements.Issuers;
using MeSign.Statements.Pdf;
using MeSign.Statements.Signing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

/// <summary>Gathers at start what the issuers' B-LT and B-LTA signatures will hold about their own chains, so that the first statement need not find out.</summary>
public sealed partial class SignerRevocation(IssuerDirectory issuers, ValidationMaterialSource material, ILogger<SignerRevocation> logger)
{
    /// <summary>Warns of an authority that does not answer: statements wait for it.</summary>
    /// <exception cref="OptionsValidationException">Certificates are revoked, or say nowhere whether they are; every issuer is named.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var faults = new ConcurrentQueue<string>();
        await Task.WhenAll(issuers.All.Where(issuer => issuer.Pdf.Level >= PadesLevel.BLT).Select(async issuer =>
        {
            try
            {
                await material.GatherAsync(issuer.Identity, [], cancellationToken);
            }
            catch (StatementFailedException refusal)
            {
                faults.Enqueue($"{IssuersOptions.Section}:{issuer.Id}: {refusal.Code}: {refusal.Detail}");
            }
            catch (StatementDelayedException outage)
            {
                Log.Unknown(logger, issuer.Id, outage.Message);
            }
        }));
        if (!faults.IsEmpty)
            throw new OptionsValidationException(IssuersOptions.Section, typeof(IssuersOptions), faults.Order(StringComparer.Ordinal));
    }

    private static partial class Log
    {
        [LoggerMessage(2104, LogLevel.Warning, "Issuer {Issuer}: {Problem} Its statements wait until that is known")]
        public static partial void Unknown(ILogger logger, string issuer, string problem);
    }
}
