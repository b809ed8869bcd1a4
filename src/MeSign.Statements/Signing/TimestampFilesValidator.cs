using MeSign.Statements.Trust;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Signing;

/// <summary>Looks into the files that the settings name, so that a wrong one stops the start and not the first statement.</summary>
internal sealed class TimestampFilesValidator : IValidateOptions<TimestampOptions>
{
    public ValidateOptionsResult Validate(string? name, TimestampOptions options)
    {
        var faults = new List<string>();
        CheckRoots($"{TimestampOptions.Section}:Roots", options.Roots, faults);
        for (var i = 0; i < options.Servers.Count; i++)
        {
            var server = options.Servers[i];
            if ((server.User is null) != (server.PasswordFile is null))
                faults.Add($"{TimestampOptions.Section}:Servers:{i}: User and PasswordFile go together.");
            CheckRoots($"{TimestampOptions.Section}:Servers:{i}:TrustedRoots", server.TrustedRoots, faults);
            foreach (var file in new[] { server.PasswordFile, server.BearerTokenFile, server.ClientPkcs12, server.ClientPasswordFile })
            {
                if (file is not null && !File.Exists(file))
                    faults.Add($"{TimestampOptions.Section}:Servers:{i}: {file} does not exist.");
            }
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void CheckRoots(string setting, IList<string> paths, List<string> faults)
    {
        try
        {
            _ = TrustAnchors.Load(paths);
        }
        catch (InvalidDataException e)
        {
            faults.Add($"{setting}: {e.Message}");
        }
    }
}
